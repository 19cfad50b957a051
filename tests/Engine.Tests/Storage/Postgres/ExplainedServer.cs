using System.Text;
using System.Text.Json;
using HostAtlas.Engine.Storage.Postgres;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport.Databases;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>A statement that the platform sent, and how the server carried it out, under its role, policies and parameters.</summary>
internal sealed record SeenStatement(string Sql, IReadOnlyList<(string Node, string Relation)> Scans);

/// <summary>
/// A server of its own that writes down the plan of every statement (<c>auto_explain</c>), with a database of thousands of servers in it
/// and fresh statistics: where an index serves, the planner takes it by itself.
/// </summary>
public sealed class ExplainedServer : IAsyncDisposable
{
    /// <summary>The first of three days with reports, counted from the epoch.</summary>
    public const int FirstDay = 20_000;

    private readonly PostgresServer _server;
    private readonly PostgresDatabaseUnderTest _test;

    private ExplainedServer(PostgresServer server, PostgresDatabaseUnderTest test) =>
        (_server, _test, Database) = (server, test, new PostgresDatabase(test.Connection));

    /// <summary>As the platform sees it.</summary>
    public PostgresDatabase Database { get; }

    /// <summary>Starts it and fills the database.</summary>
    public static async Task<ExplainedServer> StartAsync()
    {
        var server = await PostgresServer.StartAsync();
        var test = await server.NewDatabaseAsync();
        using (var database = new PostgresDatabase(test.Connection))
        {
            PostgresStart.Prepare(database, Prepared.Roots, TimeProvider.System);
            foreach (var days in new DayPartitions[] { new MetricDays(database), new LogDays(database) })
                await days.EnsureAsync([FirstDay, FirstDay + 1, FirstDay + 2], CancellationToken.None);
        }
        await test.ExecuteAsync(Noise);
        return new ExplainedServer(server, test);
    }

    /// <summary>Brings the statistics up to date; from then on every statement is written down.</summary>
    public Task BeginAsync() => _test.ExecuteAsync(
        "vacuum analyze", "load 'auto_explain'",
        $"alter database {_test.Name} set session_preload_libraries = 'auto_explain'",
        $"alter database {_test.Name} set auto_explain.log_min_duration = 0",
        $"alter database {_test.Name} set auto_explain.log_format = 'json'",
        // Whoever is connected already is not asked.
        $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{_test.Name}' and pid <> pg_backend_pid()");

    /// <summary>Every statement since, with its plan.</summary>
    internal IReadOnlyList<SeenStatement> Seen()
    {
        var seen = new List<SeenStatement>();
        StringBuilder? plan = null;
        foreach (var line in File.ReadLines(Path.Combine(_server.Folder, "server.log")).Append(""))
        {
            if (plan is not null && line.StartsWith('\t'))
            {
                plan.AppendLine(line);
                continue;
            }
            if (plan is not null) seen.Add(Read(plan.ToString()));
            plan = line.EndsWith("plan:", StringComparison.Ordinal) ? new StringBuilder() : null;
        }
        return seen;
    }

    public async ValueTask DisposeAsync()
    {
        Database.Dispose();
        await _server.DropAsync();
    }

    // Rows of other teams' servers. They are never opened, so any bytes will do.
    private static readonly string[] Noise =
    [
        "set search_path = hostatlas",
        "insert into teams select gen_random_uuid(), decode(repeat(md5(i::text), 3), 'hex'), i, 3, 1 from generate_series(1, 3000) i",
        """
        insert into servers select team, gen_random_uuid(), name, founded_at_ms + i, 1, null, 1 from teams, generate_series(1, 3) i
        """,
        """
        insert into audit_entries select team, n, founded_at_ms * 1000 + n, name || name
        from (select * from teams order by team limit 300) t, generate_series(1, 200) n
        """,
        "insert into audit_heads select team, 200, founded_at_ms, name, 1, decode(repeat('00', 32), 'hex') from teams",
        """
        insert into team_changes select team, n, founded_at_ms * 1000 + n, name
        from (select * from teams order by team limit 300) t, generate_series(1, 200) n
        """,
        "insert into audit_told select 'team-' || team, 3 from teams",
        "insert into metric_sets select team, server, 7, 1, name, 19999 + created_at_ms % 3 from servers",
        """
        insert into metric_rows select team, server, (20000 + day) * 86400000::bigint + i * 4000000, i, i, 7, name || name
        from (select * from servers order by server limit 1000) s, generate_series(0, 2) day, generate_series(0, 19) i
        """,
        "insert into metric_retries select team, server, at_ms, key, signature + 1 from metric_rows where key < 5",
        """
        insert into metric_minutes select team, server, (480000 + i) * 3600000::bigint, 7, name from servers, generate_series(0, 5) i
        """,
        "insert into metric_hours select * from metric_minutes",
        """
        insert into log_lines select team, server, (20000 + day) * 86400000::bigint + i * 4000000, i, 0, i, name || name
        from (select * from servers order by server limit 1000) s, generate_series(0, 2) day, generate_series(0, 9) i
        """,
        "insert into log_retries select team, server, at_ms, key, signature + 1 from log_lines where key < 5",
        "insert into inventories select team, server, 1, 1, 1, name from servers",
        "insert into metric_marks select team, server, hour_ms, 1 from metric_hours where hour_ms < 480002 * 3600000::bigint",
        """
        insert into journal.journal (created, deleted, persistence_id, sequence_number, message)
        select 0, false, 'server-' || team || '.' || server, i, name from servers, generate_series(1, 3) i
        """,
        """
        insert into journal.journal (created, deleted, persistence_id, sequence_number, message)
        select 0, false, 'team-' || team, i, name from teams, generate_series(1, 3) i
        """,
        // People are few beside servers: all of them are one range, which an index serves only while it is a small part.
        """
        insert into journal.journal (created, deleted, persistence_id, sequence_number, message)
        select 0, false, 'user-' || team, i, name from (select * from teams limit 100) t, generate_series(1, 3) i
        """,
        """
        insert into journal.snapshot (persistence_id, sequence_number, created, snapshot)
        select persistence_id, sequence_number, 0, message from journal.journal where sequence_number = 2
        """,
    ];

    private static SeenStatement Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var scans = new List<(string, string)>();
        Walk(document.RootElement.GetProperty("Plan"));
        return new SeenStatement(document.RootElement.GetProperty("Query Text").GetString()!, scans);

        void Walk(JsonElement node)
        {
            if (node.TryGetProperty("Relation Name", out var relation))
                scans.Add((node.GetProperty("Node Type").GetString()!, relation.GetString()!));
            if (!node.TryGetProperty("Plans", out var plans)) return;
            foreach (var below in plans.EnumerateArray()) Walk(below);
        }
    }
}
