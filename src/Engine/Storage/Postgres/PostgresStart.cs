using System.Net.Sockets;
using System.Security.Authentication;
using HostAtlas.Engine.Storage.Sealing;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>
/// Looks at the server before the platform starts on it: version, login, roles, schema. Whatever is not as it must be stops the start with
/// a text that names the next step.
/// </summary>
internal static class PostgresStart
{
    private const int LeastVersion = 150_000;

    // A server that starts at the same moment as the platform (a reboot) refuses for a few seconds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20), Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Checks the server and takes the database for this process, then brings its schema up to this version: an older platform that still
    /// runs must not find it changed. <see cref="StoreStartException"/> when something is not as it must be.
    /// </summary>
    public static PlatformLock Take(PostgresDatabase database, RootKeys roots, TimeProvider time)
    {
        var held = Lock(database, time);
        try
        {
            Migrate(database);
            CheckContent(database, roots);
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Checks everything and brings the schema up to this version, without taking the database.</summary>
    public static void Prepare(PostgresDatabase database, RootKeys roots, TimeProvider time)
    {
        Check(database, time);
        Migrate(database);
        CheckContent(database, roots);
    }

    /// <summary>What a gateway looks at, which changes nothing: the engine has made and migrated the schema, and holds the lock.</summary>
    public static void Look(PostgresDatabase database, RootKeys roots, TimeProvider time)
    {
        Check(database, time);
        var version = Explained(database, () =>
        {
            using var connection = database.Of(PostgresRole.Owner).OpenConnection();
            return PostgresMigrations.Version(connection);
        });
        if (version != PostgresMigrations.Current)
            throw new StoreStartException(
                $"The database {database.Name} has schema version {version}, this gateway knows {PostgresMigrations.Current}. Start engine "
                + "and gateway of the same version, the engine first.");
        CheckContent(database, roots);
    }

    /// <summary>Checks server, login and roles, and takes the database for this process; changes nothing.</summary>
    public static PlatformLock Lock(PostgresDatabase database, TimeProvider time)
    {
        Check(database, time);
        return Explained(database, () => PlatformLock.Take(database, time));
    }

    /// <summary>Brings the schema up to this version.</summary>
    public static void Migrate(PostgresDatabase database) => Explained(database, () =>
    {
        PostgresMigrations.Apply(database);
        return true;
    });

    private static void Check(PostgresDatabase database, TimeProvider time) => Explained(database, () =>
    {
        CheckRootCertificate(database);
        using var connection = OpenWhenStarted(database, time);
        CheckServer(database, connection);
        CheckRoles(database, connection);
        CheckSettings(database, connection);
        return true;
    });

    private static void CheckContent(PostgresDatabase database, RootKeys roots) => Explained(database, () =>
    {
        using var connection = database.Of(PostgresRole.Platform).OpenConnection();
        CheckMoved(database, connection);
        CheckRootKey(database, connection, roots);
        return true;
    });

    private static T Explained<T>(PostgresDatabase database, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception fault) when (fault is NpgsqlException or SocketException or AuthenticationException or TimeoutException)
        {
            throw new StoreStartException(Explain(database, fault), fault);
        }
    }

    private static NpgsqlConnection OpenWhenStarted(PostgresDatabase database, TimeProvider time)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var connection = database.NewLoginConnection();
            try
            {
                connection.Open();
                return connection;
            }
            catch (PostgresException starting) when (
                starting.SqlState == PostgresErrorCodes.CannotConnectNow && time.GetElapsedTime(began) < Patience)
            {
                connection.Dispose();
                Task.Delay(Pause, time).GetAwaiter().GetResult();
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
    }

    // Npgsql would only find this amid the handshake, where it looks as if the server were to blame.
    private static void CheckRootCertificate(PostgresDatabase database)
    {
        if (database.RootCertificate is { Length: > 0 } file && !File.Exists(file))
            throw new StoreStartException(
                $"{database.Name}: the file {file} that the connection string names as Root Certificate is not there. Put the certificate "
                + "of the server's authority there, or correct Root Certificate.");
    }

    private static void CheckServer(PostgresDatabase database, NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand("""
            select current_setting('server_version_num')::int, r.rolsuper, r.rolbypassrls, current_setting('fsync') = 'on'
            from pg_roles r where r.rolname = current_user
            """, connection);
        using var reader = command.ExecuteReader();
        reader.Read();
        if (reader.GetInt32(0) < LeastVersion)
            throw new StoreStartException(
                $"{database.Name} is PostgreSQL {reader.GetInt32(0) / 10_000}. HostAtlas needs 15 or newer: upgrade the server.");
        if (reader.GetBoolean(1) || reader.GetBoolean(2))
            throw new StoreStartException(
                $"{database.Name}: the login {database.Login} is a superuser or has BYPASSRLS, and would see every team's rows whatever "
                + "the policies say. Make a login of its own: create role hostatlas login password '...', then run the script that "
                + "`store roles` prints.");
    }

    private static void CheckRoles(PostgresDatabase database, NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand("""
            select w.name, r.rolname is not null and pg_has_role(current_user, r.oid, 'MEMBER'),
                   r.rolname is not null and pg_has_role(current_user, r.oid, 'USAGE'),
                   coalesce(r.rolsuper or r.rolcanlogin or r.rolcreaterole or r.rolbypassrls <> (w.name = 'hostatlas_ingest'), false)
            from unnest($1::text[]) as w(name) left join pg_roles r on r.rolname = w.name
            """, connection);
        command.Parameters.AddWithValue(PostgresRole.All.Select(role => role.Name).ToArray());
        using var reader = command.ExecuteReader();
        var (missing, inherited, wrong) = (new List<string>(), new List<string>(), new List<string>());
        while (reader.Read())
        {
            if (!reader.GetBoolean(1)) missing.Add(reader.GetString(0));
            if (reader.GetBoolean(2)) inherited.Add(reader.GetString(0));
            if (reader.GetBoolean(3)) wrong.Add(reader.GetString(0));
        }
        Refuse(missing, $"{database.Name}: {database.Login} may not take the roles");
        Refuse(inherited, $"{database.Name}: {database.Login} has, without taking a role, the rights of");
        Refuse(wrong, $"{database.Name}: other attributes than the script gives have the roles");

        void Refuse(List<string> roles, string what)
        {
            if (roles.Count > 0) throw new StoreStartException($"{what} {string.Join(", ", roles)}. {RunScript(database)}");
        }
    }

    // The team of a reader's transaction is a setting: were a query able to change it, row level security would show it another team's
    // rows.
    private static void CheckSettings(PostgresDatabase database, NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand("""
            select coalesce(string_agg(w.name, ', '), '') from unnest($1::text[]) as w(name)
            where has_function_privilege(w.name, 'pg_catalog.set_config(text, text, boolean)', 'execute')
               or has_table_privilege(w.name, 'pg_catalog.pg_settings', 'update')
               or (w.name <> 'hostatlas_owner' and has_language_privilege(w.name, 'plpgsql', 'usage'))
            """, connection);
        command.Parameters.AddWithValue(PostgresRole.All.Select(role => role.Name).ToArray());
        if (command.ExecuteScalar() is string { Length: > 0 } roles)
            throw new StoreStartException(
                $"{database.Name}: a query could change its own team or role (set_config, pg_settings, PL/pgSQL), by the rights of "
                + $"{roles}. The script takes these rights away. {RunScript(database)}");
    }

    private static void CheckMoved(PostgresDatabase database, NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand("select to_regclass('hostatlas.store_move') is not null", connection);
        if ((bool)command.ExecuteScalar()!)
            throw new StoreStartException(
                $"A move into {database.Name} was begun and not finished. Run the same `store move` again: it goes on where it stands.");
    }

    // A data folder without its root.key is given a new one, and beside a journal of its own that is refused. Here the journal lies
    // elsewhere: the keys that the old root wrapped are what tells.
    private static void CheckRootKey(PostgresDatabase database, NpgsqlConnection connection, RootKeys roots)
    {
        using var command = new NpgsqlCommand(
            "select exists (select 1 from team_keys where destroyed_at_ms is null and root_id <> all($1))", connection);
        command.Parameters.AddWithValue(roots.Roots.Select(root => RootKeys.IdOf(root)).ToArray());
        if ((bool)command.ExecuteScalar()!)
            throw new StoreStartException(
                $"{database.Name} holds what root.key of this data folder does not open: it belongs to another one. Put the root.key that "
                + "belongs to this database into the data folder, from its backup, or name another database.");
    }

    private static string RunScript(PostgresDatabase database) =>
        $"Run as a superuser of that server: HostAtlas.Gateway store roles --login {database.Login} --database {database.Database} | "
        + $"psql -d {database.Database}";

    private static string Explain(PostgresDatabase database, Exception fault) => fault switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidAuthorizationSpecification } denied when database.IsPlain =>
            $"{database.Name} does not let {database.Login} in: {denied.MessageText}. The connection string says SSL Mode=Disable: if the "
            + "server demands TLS, write SSL Mode=VerifyFull. Otherwise correct the server's pg_hba.conf.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } denied =>
            $"{database.Name} does not let {database.Login} in: {denied.MessageText}. Check the password in the connection string and the "
            + "server's pg_hba.conf.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } =>
            $"There is no database {database.Database} on that server. Run as a superuser of it: createdb {database.Database}, then: "
            + RunScript(database)[RunScript(database).IndexOf("HostAtlas", StringComparison.Ordinal)..],
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } denied =>
            $"{database.Name}: {denied.MessageText}. {RunScript(database)}",
        PostgresException other => $"{database.Name}: {other.SqlState} {other.MessageText}",
        _ when Find<AuthenticationException>(fault) is { } untrusted =>
            $"{database.Name}: the server's certificate is not accepted: {untrusted.Message} "
            + "Name its authority with Root Certificate=FILE, and the server by the name that its certificate has.",
        _ => $"{database.Name} does not answer: {(fault.InnerException ?? fault).Message.TrimEnd('.')}. "
            + "Start PostgreSQL, or correct store.connection.",
    };

    private static T? Find<T>(Exception? fault) where T : Exception =>
        fault is null ? null : fault as T ?? Find<T>(fault.InnerException);
}
