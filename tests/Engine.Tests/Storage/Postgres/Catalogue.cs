using Npgsql;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>
/// What the database's own catalogue says about who may see what, against the tables below. Whoever adds a table, a column that somebody
/// may read or a function has to say so here.
/// </summary>
internal static class Catalogue
{
    /// <summary>Tables with rows of teams. Every other one, but their partitions, must be in <see cref="Platform"/>.</summary>
    private static readonly HashSet<string> Tenant =
    [
        "hostatlas.metric_rows", "hostatlas.metric_retries", "hostatlas.metric_sets", "hostatlas.metric_minutes", "hostatlas.metric_hours",
        "hostatlas.metric_marks", "hostatlas.servers", "hostatlas.teams",
        "hostatlas.backup_objects", "hostatlas.backup_needs", "hostatlas.backup_snapshots", "hostatlas.backup_due",
        "hostatlas.backup_evidence", "hostatlas.backup_sweeps",
        "hostatlas.audit_entries", "hostatlas.audit_heads",
        "hostatlas.key_uses", "hostatlas.team_changes",
        "hostatlas.log_lines", "hostatlas.log_retries", "hostatlas.inventories",
        "hostatlas.notifications", "hostatlas.notification_deliveries",
    ];

    /// <summary>Tables of the platform's and of people's own.</summary>
    private static readonly HashSet<string> Platform =
    [
        "hostatlas.schema_version", "hostatlas.rollup_progress", "hostatlas.projection", "hostatlas.team_keys", "hostatlas.sessions",
        "hostatlas.audit_told", "journal.journal", "journal.snapshot",
    ];

    /// <summary>Every right that anybody but the owner has. A right on the whole table has no column.</summary>
    private static readonly HashSet<string> Grants =
    [
        .. Grant("hostatlas_journal", "journal.journal journal.snapshot", "select insert update delete"),
        .. Grant("hostatlas_platform", "hostatlas.sessions hostatlas.team_keys", "select insert update delete"),
        .. Grant("hostatlas_platform", "hostatlas.key_uses", "select insert update"),
        .. Grant("hostatlas_reader", "hostatlas.key_uses", "select", "key last_used_at_ms"),
        .. Grant("hostatlas_ingest",
            "hostatlas.metric_rows hostatlas.metric_retries hostatlas.metric_sets hostatlas.metric_marks", "insert"),
        .. Grant("hostatlas_ingest", "hostatlas.metric_rows hostatlas.metric_retries", "select", "server at_ms key signature"),
        .. Grant("hostatlas_ingest", "hostatlas.metric_sets", "select", "team server set_id names used_day"),
        .. Grant("hostatlas_ingest", "hostatlas.metric_sets", "update", "used_day"),
        .. Grant("hostatlas_ingest", "hostatlas.metric_marks", "select", "team server hour_ms stamp"),
        .. Grant("hostatlas_ingest", "hostatlas.metric_marks", "update", "stamp"),
        .. Grant("hostatlas_ingest", "hostatlas.add_day(text,integer)", "execute"),
        .. Grant("hostatlas_ingest", "hostatlas.log_lines hostatlas.log_retries hostatlas.inventories", "insert"),
        .. Grant("hostatlas_ingest", "hostatlas.log_lines", "select", "team server at_ms key number signature"),
        .. Grant("hostatlas_ingest", "hostatlas.log_retries", "select", "server at_ms key signature"),
        .. Grant("hostatlas_ingest", "hostatlas.inventories", "select", "team server signed_s"),
        .. Grant("hostatlas_ingest", "hostatlas.inventories", "update", "received_at_ms signed_s signature inventory"),
        .. Grant("hostatlas_retention", "hostatlas.log_lines", "select", "at_ms"),
        .. Grant("hostatlas_retention", "hostatlas.log_retries", "select", "ctid at_ms"),
        .. Grant("hostatlas_retention", "hostatlas.log_retries", "delete"),
        .. Grant("hostatlas_reseal", "hostatlas.log_lines", "select", "team server at_ms key number line"),
        .. Grant("hostatlas_reseal", "hostatlas.log_lines", "update", "line"),
        .. Grant("hostatlas_reseal", "hostatlas.inventories", "select", "team server received_at_ms inventory"),
        .. Grant("hostatlas_reseal", "hostatlas.inventories", "update", "inventory"),
        .. Grant("hostatlas_reader", "hostatlas.log_lines", "select", "server at_ms key number line"),
        .. Grant("hostatlas_reader", "hostatlas.inventories", "select", "server received_at_ms signed_s signature inventory"),
        .. Grant("hostatlas_projector", "hostatlas.servers hostatlas.teams hostatlas.projection", "select insert update delete"),
        .. Grant("hostatlas_rollup", "hostatlas.metric_rows", "select", "team server at_ms key set_id vals"),
        .. Grant("hostatlas_rollup", "hostatlas.metric_sets", "insert"),
        .. Grant("hostatlas_rollup", "hostatlas.metric_sets", "select", "team server set_id count names used_day"),
        .. Grant("hostatlas_rollup", "hostatlas.metric_sets", "update", "used_day"),
        .. Grant("hostatlas_rollup",
            "hostatlas.metric_minutes hostatlas.metric_hours hostatlas.metric_marks hostatlas.rollup_progress",
            "select insert update delete"),
        .. Grant("hostatlas_retention", "hostatlas.metric_rows", "select", "at_ms"),
        .. Grant("hostatlas_retention", "hostatlas.metric_retries", "select", "ctid at_ms"),
        .. Grant("hostatlas_retention", "hostatlas.metric_sets", "select", "ctid used_day"),
        .. Grant("hostatlas_retention", "hostatlas.metric_minutes hostatlas.metric_hours", "select", "ctid hour_ms"),
        .. Grant("hostatlas_retention", "hostatlas.metric_marks", "select", "hour_ms"),
        .. Grant("hostatlas_retention", "hostatlas.rollup_progress", "select"),
        .. Grant("hostatlas_retention", "hostatlas.metric_retries hostatlas.metric_sets hostatlas.metric_minutes hostatlas.metric_hours "
            + "hostatlas.metric_marks", "delete"),
        .. Grant("hostatlas_retention", "hostatlas.add_day(text,integer) hostatlas.drop_day(text,integer)", "execute"),
        .. Grant("hostatlas_reseal", "hostatlas.metric_rows", "select", "team server at_ms key set_id vals"),
        .. Grant("hostatlas_reseal", "hostatlas.metric_rows", "update", "vals"),
        .. Grant("hostatlas_reseal", "hostatlas.metric_sets", "select", "team server set_id names"),
        .. Grant("hostatlas_reseal", "hostatlas.metric_sets", "update", "names"),
        .. Grant("hostatlas_reseal", "hostatlas.metric_minutes hostatlas.metric_hours", "select", "team server hour_ms set_id block"),
        .. Grant("hostatlas_reseal", "hostatlas.metric_minutes hostatlas.metric_hours", "update", "block"),
        .. Grant("hostatlas_reseal", "hostatlas.servers", "select", "team server name"),
        .. Grant("hostatlas_reseal", "hostatlas.teams", "select", "team name"),
        .. Grant("hostatlas_reseal", "hostatlas.servers hostatlas.teams", "update", "name"),
        .. Grant("hostatlas_reseal", "journal.journal", "select", "persistence_id sequence_number message"),
        .. Grant("hostatlas_reseal", "journal.journal", "update", "message"),
        .. Grant("hostatlas_reseal", "journal.snapshot", "select", "persistence_id sequence_number snapshot"),
        .. Grant("hostatlas_reseal", "journal.snapshot", "update", "snapshot"),
        .. Grant("hostatlas_reader", "hostatlas.metric_rows", "select", "server at_ms key set_id vals"),
        .. Grant("hostatlas_reader", "hostatlas.metric_sets", "select", "server set_id count names"),
        .. Grant("hostatlas_reader", "hostatlas.metric_minutes hostatlas.metric_hours", "select", "server hour_ms set_id block"),
        .. Grant("hostatlas_reader", "hostatlas.metric_marks", "select", "server hour_ms"),
        .. Grant("hostatlas_reader", "hostatlas.servers", "select", "server name created_at_ms first_report_ms silent_since_ms"),
        .. Grant("hostatlas_reader", "hostatlas.rollup_progress", "select", "name closed_through_ms"),
        .. Grant("hostatlas_backups", "hostatlas.backup_objects", "select insert update delete"),
        .. Grant("hostatlas_backups", "hostatlas.backup_needs", "select insert delete"),
        .. Grant("hostatlas_backups", "hostatlas.backup_snapshots", "select insert delete"),
        .. Grant("hostatlas_backups", "hostatlas.backup_snapshots", "update", "expired_at_ms expired_by expired_why ended_by"),
        .. Grant("hostatlas_backups", "hostatlas.backup_due hostatlas.backup_sweeps", "select insert update delete"),
        .. Grant("hostatlas_reseal", "hostatlas.backup_snapshots", "select", "team server number at_ms gate"),
        .. Grant("hostatlas_reseal", "hostatlas.backup_snapshots", "update", "gate"),
        .. Grant("hostatlas_reader", "hostatlas.backup_objects", "select",
            "server kind object size sha256 ticket_until_ms noticed_at_ms noticed_by marked_by held_until_ms"),
        .. Grant("hostatlas_reader", "hostatlas.backup_needs", "select", "server snapshot kind object"),
        .. Grant("hostatlas_reader", "hostatlas.backup_snapshots", "select",
            "server number snapshot generation kind object fingerprint objects bytes at_ms expired_at_ms expired_by expired_why ended_by"),
        .. Grant("hostatlas_backups", "hostatlas.backup_evidence", "select insert delete"),
        .. Grant("hostatlas_reseal", "hostatlas.backup_evidence", "select", "team server number at_ms evidence"),
        .. Grant("hostatlas_reseal", "hostatlas.backup_evidence", "update", "evidence"),
        .. Grant("hostatlas_reader", "hostatlas.backup_evidence", "select", "server number snapshot at_ms evidence"),
        .. Grant("hostatlas_projector", "hostatlas.audit_entries", "insert"),
        .. Grant("hostatlas_projector", "hostatlas.audit_entries", "select", "team number"),
        .. Grant("hostatlas_projector", "hostatlas.audit_heads hostatlas.audit_told", "select insert update"),
        .. Grant("hostatlas_reseal", "hostatlas.audit_entries", "select", "team number at_ms entry"),
        .. Grant("hostatlas_reseal", "hostatlas.audit_entries", "update", "entry"),
        .. Grant("hostatlas_reseal", "hostatlas.audit_heads", "select", "team number hash"),
        .. Grant("hostatlas_reseal", "hostatlas.audit_heads", "update", "hash"),
        .. Grant("hostatlas_reader", "hostatlas.audit_entries", "select", "number at_ms entry"),
        .. Grant("hostatlas_reader", "hostatlas.audit_heads", "select", "number at_ms hash root_id mac"),
        .. Grant("hostatlas_projector", "hostatlas.team_changes", "insert delete"),
        .. Grant("hostatlas_projector", "hostatlas.team_changes", "select", "team number"),
        .. Grant("hostatlas_reseal", "hostatlas.team_changes", "select", "team number at_ms change"),
        .. Grant("hostatlas_reseal", "hostatlas.team_changes", "update", "change"),
        .. Grant("hostatlas_platform", "hostatlas.team_changes", "select", "team number at_ms"),
        .. Grant("hostatlas_reader", "hostatlas.team_changes", "select", "number at_ms change"),
        .. Grant("hostatlas_projector", "hostatlas.notifications", "insert"),
        .. Grant("hostatlas_notifier", "hostatlas.notifications", "select delete"),
        .. Grant("hostatlas_notifier", "hostatlas.notifications", "update", "told_at_ms"),
        .. Grant("hostatlas_notifier", "hostatlas.notification_deliveries", "select insert delete"),
        .. Grant("hostatlas_notifier", "hostatlas.notification_deliveries", "update", "state attempts due_at_ms last_at_ms outcome"),
        .. Grant("hostatlas_reseal", "hostatlas.notifications", "select", "team server room number content"),
        .. Grant("hostatlas_reseal", "hostatlas.notifications", "update", "content"),
        .. Grant("hostatlas_reader", "hostatlas.notification_deliveries", "select", "channel state last_at_ms outcome"),
        "hostatlas_notifier usage hostatlas",
        "hostatlas_journal usage journal", "hostatlas_reseal usage journal", .. Grant("hostatlas_reseal", "hostatlas", "usage"),
        "hostatlas_backups usage hostatlas",
        .. Grant("hostatlas_platform", "hostatlas", "usage"), .. Grant("hostatlas_ingest", "hostatlas", "usage"),
        .. Grant("hostatlas_projector", "hostatlas", "usage"), .. Grant("hostatlas_rollup", "hostatlas", "usage"),
        .. Grant("hostatlas_retention", "hostatlas", "usage"), .. Grant("hostatlas_reader", "hostatlas", "usage"),
    ];

    private const string OfTeam = "of_team select hostatlas_reader "
        + "(team = (NULLIF(current_setting('hostatlas.team_id'::text, true), ''::text))::uuid) -";

    /// <summary>Every policy. A role with a right on a tenant table and without a policy on it sees nothing.</summary>
    private static readonly HashSet<string> Policies =
    [
        .. Tenant.Select(table => $"{table} {OfTeam}"),
        .. Policy("all_teams_rollup * hostatlas_rollup true true", "metric_rows metric_sets metric_minutes metric_hours metric_marks"),
        .. Policy("all_teams_retention * hostatlas_retention true -",
            "metric_rows metric_retries metric_sets metric_minutes metric_hours metric_marks log_lines log_retries"),
        .. Policy("all_teams_reseal * hostatlas_reseal true true",
            "metric_rows metric_sets metric_minutes metric_hours servers teams backup_snapshots backup_evidence "
            + "audit_entries audit_heads "
            + "team_changes log_lines inventories notifications"),
        .. Policy("all_teams_projector * hostatlas_projector true true", "servers teams audit_entries audit_heads team_changes"),
        .. Policy("all_teams_projector a hostatlas_projector - true", "notifications"),
        .. Policy("all_teams_notifier * hostatlas_notifier true true", "notifications notification_deliveries"),
        .. Policy("all_teams_platform * hostatlas_platform true true", "key_uses"),
        .. Policy("all_teams_platform select hostatlas_platform true -", "team_changes"),
        .. Policy("all_teams_backups * hostatlas_backups true true",
            "backup_objects backup_needs backup_snapshots backup_due backup_evidence backup_sweeps"),
    ];

    /// <summary>Everything that is not as stated, a sentence each.</summary>
    public static async Task<IReadOnlyList<string>> FaultsAsync(string superuserConnection)
    {
        await using var connection = new NpgsqlConnection(superuserConnection);
        await connection.OpenAsync();
        var faults = new List<string>();
        foreach (var table in await RowsAsync(connection, Relations))
        {
            var (name, forced, parent) = (table[0], table[1] == "forced", table[2]);
            var tenant = Tenant.Contains(name) || Tenant.Contains(parent);
            if (!tenant && !Platform.Contains(name)) faults.Add($"{name} is neither a tenant's nor a listed platform table.");
            if (tenant && !forced) faults.Add($"{name}: row level security is not enabled and forced.");
        }
        faults.AddRange(Differences("right", Grants, await RowsAsync(connection, Rights)));
        faults.AddRange(Differences("policy", Policies, await RowsAsync(connection, PoliciesThere)));
        faults.AddRange((await RowsAsync(connection, Ways)).Select(way => $"{way[0]}: {way[1]}"));
        return faults;
    }

    private const string Relations = """
        select n.nspname || '.' || c.relname,
               case when c.relrowsecurity and c.relforcerowsecurity then 'forced' else '' end,
               coalesce((select pn.nspname || '.' || p.relname from pg_inherits i join pg_class p on p.oid = i.inhparent
                         join pg_namespace pn on pn.oid = p.relnamespace where i.inhrelid = c.oid), '')
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname in ('hostatlas', 'journal', 'public')
        """;

    private const string Rights = """
        select concat_ws(' ', coalesce(g.rolname, 'everybody'), lower(a.privilege_type), what, "column") from (
            select n.nspname || '.' || c.relname as what, null as "column", c.relacl as acl, c.relowner as owner
            from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('hostatlas', 'journal')
            union all
            select n.nspname || '.' || c.relname, t.attname, t.attacl, c.relowner
            from pg_attribute t join pg_class c on c.oid = t.attrelid join pg_namespace n on n.oid = c.relnamespace
            where n.nspname in ('hostatlas', 'journal') and t.attacl is not null
            union all
            select p.oid::regprocedure::text, null, coalesce(p.proacl, acldefault('f', p.proowner)), p.proowner
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('hostatlas', 'journal')
            union all
            select n.nspname, null, n.nspacl, n.nspowner from pg_namespace n where n.nspname in ('hostatlas', 'journal')
        ) things cross join lateral aclexplode(acl) a left join pg_roles g on g.oid = a.grantee
        where a.grantee <> owner
        """;

    private const string PoliciesThere = """
        select concat_ws(' ', n.nspname || '.' || c.relname, p.polname, case p.polcmd when 'r' then 'select' else p.polcmd::text end,
            (select string_agg(r.rolname, ',') from pg_roles r where r.oid = any(p.polroles)),
            coalesce(pg_get_expr(p.polqual, c.oid), '-'), coalesce(pg_get_expr(p.polwithcheck, c.oid), '-'))
        from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
        """;

    // Ways round the tables above: another owner, rights that new tables would get by themselves, roles that have more than their grants.
    private const string Ways = """
        select c.oid::regclass::text, 'is owned by ' || pg_get_userbyid(c.relowner) from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('hostatlas', 'journal') and pg_get_userbyid(c.relowner) <> 'hostatlas_owner'
        union all
        select p.oid::regprocedure::text, 'runs as its owner with a search path of the caller''s' from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        where n.nspname in ('hostatlas', 'journal') and p.prosecdef and p.proconfig is distinct from array['search_path=hostatlas, pg_temp']
        union all
        select 'default privileges', defaclacl::text from pg_default_acl
        union all
        select r.rolname, 'has an attribute that passes row level security by' from pg_roles r
        where r.rolname like 'hostatlas%' and (r.rolsuper or r.rolbypassrls <> (r.rolname = 'hostatlas_ingest'))
        union all
        select m.rolname, 'is a member of ' || r.rolname from pg_auth_members a
        join pg_roles m on m.oid = a.member join pg_roles r on r.oid = a.roleid
        where r.rolname like 'hostatlas%' and m.rolname <> 'hostatlas'
        union all
        select r.rolname, 'may change settings from within a query' from pg_roles r
        where r.rolname like 'hostatlas%' and (has_function_privilege(r.oid, 'pg_catalog.set_config(text, text, boolean)', 'execute')
            or has_table_privilege(r.oid, 'pg_catalog.pg_settings', 'update')
            or r.rolname <> 'hostatlas_owner' and has_language_privilege(r.oid, 'plpgsql', 'usage'))
        """;

    private static IEnumerable<string> Grant(string role, string things, string rights, string columns = "") =>
        from thing in things.Split(' ')
        from right in rights.Split(' ')
        from column in columns.Split(' ')
        select $"{role} {right} {thing} {column}".TrimEnd();

    private static IEnumerable<string> Policy(string policy, string tables) =>
        tables.Split(' ').Select(table => $"hostatlas.{table} {policy}");

    private static IEnumerable<string> Differences(string kind, HashSet<string> stated, IReadOnlyList<string[]> there) =>
        there.Select(row => row[0]).Except(stated).Select(line => $"A {kind} that is not stated: {line}")
            .Concat(stated.Except(there.Select(row => row[0])).Select(line => $"A {kind} that is stated and not there: {line}"));

    private static async Task<IReadOnlyList<string[]>> RowsAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string[]>();
        while (await reader.ReadAsync()) rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)]);
        return rows;
    }
}
