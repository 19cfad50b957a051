using System.Text.RegularExpressions;
using Akka.Actor;
using HostAtlas.Engine.Inventory;
using HostAtlas.Engine.Logs;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Metrics.Rollups;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Postgres;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sealing.Rotation;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Tests.Logs;
using HostAtlas.Engine.Tests.Metrics;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>
/// How PostgreSQL carries out each text that reads or deletes teams' rows: everything the stores can do is done once on a database of
/// thousands of servers, and the server writes down its plans. A text that is never carried out here is a fault too.
/// </summary>
public sealed partial class PostgresQueryPlansTests
{
    private const long DayMs = 86_400_000, HourMs = HourWindow.HourMs, Days = ExplainedServer.FirstDay * DayMs;
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(Days + (2 * DayMs) + (12 * HourMs));
    private static readonly TeamId Team = Named.Id<TeamId>("mine");
    private static readonly ServerId[] Servers = [.. Enumerable.Range(0, 100).Select(i => Named.Id<ServerId>($"{i}"))];

    /// <summary>The texts that may read a whole table, and why.</summary>
    private static readonly string[] Allowed =
    [
        // A rebuild of the projection replaces everything.
        "delete from servers", "delete from teams",
        // Ends at the first row.
        "select exists (select 1 from teams)",
        // A day of at most 8 MiB, before it is dropped; of a larger one the statistics tell.
        "select count(*)::int from metric_rows where at_ms >= $1 and at_ms < $2",
        "select count(*)::int from log_lines where at_ms >= $1 and at_ms < $2",
    ];

    [Fact]
    public async Task No_text_reads_a_whole_table_of_teams_rows_and_none_is_left_out()
    {
        await using var server = await ExplainedServer.StartAsync();
        var seals = new TeamSeals(new PostgresKeyStore(server.Database), Prepared.Roots, TimeProvider.System);
        await SeedAsync(server.Database, seals);
        await server.BeginAsync();
        await DoEverythingAsync(server.Database, seals);
        var seen = server.Seen();

        var scans = seen.Where(statement => !Allowed.Contains(Normal(statement.Sql)))
            .SelectMany(statement => statement.Scans.Where(scan => scan.Node == "Seq Scan" && Tenant().IsMatch(scan.Relation))
                .Select(scan => $"{scan.Relation}: {Normal(statement.Sql)}"));
        Assert.Empty(scans.Distinct());

        var texts = seen.Select(statement => Normal(statement.Sql)).Distinct().ToList();
        Assert.Empty(Unseen(Literals(), texts));
        // That the looks can fail: a text that nobody carried out, and a scan that has no reason.
        const string Unknown = "select name from servers where entity_seq = $1";
        Assert.Equal([Unknown], Unseen([Unknown, .. Literals()], texts));
        Assert.All(Allowed[..2], text => Assert.Contains(
            seen, statement => Normal(statement.Sql) == text && statement.Scans.Any(scan => scan.Node == "Seq Scan")));
        Assert.InRange(Literals().Distinct().Count(), 35, 1_000);

        // A query of one day opens one partition; the others are not even planned.
        var day = seen.Where(statement =>
            statement.Sql.StartsWith("select at_ms, set_id, vals from metric_rows", StringComparison.Ordinal));
        Assert.Equal(["metric_rows_20241005"], day.SelectMany(statement => statement.Scans).Select(scan => scan.Relation).Distinct());
    }

    private static async Task SeedAsync(PostgresDatabase database, TeamSeals seals)
    {
        var rows = new ProjectedRows();
        rows.Put(new ProjectedTeam(Team, "team", 1, null, 1));
        foreach (var server in Servers) rows.Put(new ProjectedServer(new ServerKey(Team, server), "server", 1, 1, null, 1));
        var projection = new PostgresProjectionStore(database, seals, new AuditSeal(seals, Prepared.Roots));
        await projection.SaveAsync(0, 1, rows, CancellationToken.None);
        await WriteAsync(NewStore(database, seals), 1, 1, Servers[0], "cpu", Days + DayMs, Days + DayMs + 1);
        await using var connection = await database.Of(PostgresRole.Journal).OpenConnectionAsync();
        await using var command = new Npgsql.NpgsqlCommand("""
            insert into journal (created, deleted, persistence_id, sequence_number, message) values (0, false, $1, 1, '\x00112233');
            """, connection);
        command.Parameters.AddWithValue($"server-{Team}.{Servers[0]}");
        await command.ExecuteNonQueryAsync();
    }

    private static async Task DoEverythingAsync(PostgresDatabase database, TeamSeals seals)
    {
        // A list that is new to a writer, a late hour, a conflict of each kind.
        var store = NewStore(database, seals);
        await WriteAsync(store, 2, 2, Servers[1], "cpu", Days + DayMs);
        await WriteAsync(store, 2, 2, Servers[1], "cpu", Days + DayMs);
        await WriteAsync(store, 2, 3, Servers[1], "cpu", Days + DayMs, Days + DayMs + 5);
        await ReadAsync(database, seals);
        await KeepLinesAsync(database, seals);
        await RollUpAsync(database);
        foreach (var table in Enum.GetValues<SealedTable>())
        {
            await ResealAsync(new PostgresSealedValues(database), Team, table);
            if (table is SealedTable.Journal or SealedTable.Snapshots) await ResealAsync(new PostgresSealedValues(database), null, table);
        }
        await ProjectAsync(database, seals);
    }

    private static async Task ReadAsync(PostgresDatabase database, TeamSeals seals)
    {
        await using (var scope = await new PostgresMetricsSource(database).OpenAsync(Team, CancellationToken.None))
        {
            await scope.SetsAsync(Servers[0], CancellationToken.None);
            await scope.VisitRowsAsync(Servers[0], Days + DayMs, Days + (2 * DayMs), (_, _, _) => { }, CancellationToken.None);
            await scope.VisitMinutesAsync(Servers[0], Days, Days + DayMs, (_, _, _) => { }, CancellationToken.None);
            await scope.VisitHoursAsync(Servers[0], Days, Days + DayMs, (_, _, _) => { }, CancellationToken.None);
            await scope.MarkedHoursAsync(Servers[0], Days, Days + DayMs, CancellationToken.None);
            await scope.ProgressAsync(CancellationToken.None);
        }
        // The server without a report is asked for in its roll-ups as well.
        var directory = new PostgresServerDirectory(database, seals, new ManualTimeProvider(Now));
        Assert.NotNull(await directory.FindAsync(Team, Servers[2], CancellationToken.None));
        var page = await directory.ListAsync(Team, null, 10, CancellationToken.None);
        Assert.Equal(10, (await directory.ListAsync(Team, page[^1].Id, 10, CancellationToken.None)).Count);
        Assert.NotEmpty(await new PostgresPresenceDirectory(database).LoadSliceAsync(3, CancellationToken.None));
        Assert.NotEmpty(await new PostgresJournalHeads(database).PageAsync("server-5", 100, CancellationToken.None));
    }

    private static async Task KeepLinesAsync(PostgresDatabase database, TeamSeals seals)
    {
        var lines = new PostgresLogStore(database, seals, new LogDays(database));
        var mine = new ServerKey(Team, Servers[0]);
        // New, the same again, and once more with another signature.
        foreach (var signature in new[] { 1, 1, 2 })
            await lines.WriteAsync([LogBatches.Item(mine, LogBatches.Of(1, signature, Days + DayMs, "s", "one", "two"))], maybeKept: false);
        var seen = 0;
        await new PostgresLogSource(database).VisitAsync(
            mine, Days, LogPlace.Before(Days + (2 * DayMs)), (_, _) => ++seen > 0, CancellationToken.None);
        Assert.Equal(2, seen);
        var inventories = new PostgresInventoryStore(database, seals);
        await inventories.PutAsync(mine, new KeptInventory(Now, 1, 1, Named.Bytes("inventory")), CancellationToken.None);
        Assert.NotNull(await inventories.FindAsync(mine, CancellationToken.None));
        await lines.DeleteBeforeAsync(DateTimeOffset.FromUnixTimeMilliseconds(Days + (2 * DayMs)), CancellationToken.None);
    }

    private static async Task RollUpAsync(PostgresDatabase database)
    {
        var days = new MetricDays(database);
        var rollups = new PostgresRollupStore(database, days);
        var closed = new RollupProgress(Days + DayMs, Days, Days + HourMs, Days + HourMs);
        await rollups.AdvanceAsync(closed, CancellationToken.None);
        await rollups.ProgressAsync(CancellationToken.None);
        Assert.NotNull(await rollups.MarkHourAsync(Days + HourMs, default, CancellationToken.None));
        var page = await rollups.MarksAsync(null, Days + DayMs, CancellationToken.None);
        await rollups.MarksAsync(page.Last, Days + DayMs, CancellationToken.None);
        var hour = new SealedHour(9, 1, Named.Bytes("names"), Named.Bytes("minutes"), Named.Bytes("hour"));
        await rollups.ReplaceAsync([new RolledHour(page.Marks[0], hour)], CancellationToken.None);
        var retention = new PostgresRetention(database, days);
        var oldest = DateTimeOffset.FromUnixTimeMilliseconds(Days + DayMs);
        Assert.Equal(20_000, await retention.DeleteBeforeAsync(oldest, CancellationToken.None));
        await retention.DeleteRollupsAsync(closed, CancellationToken.None);
    }

    private static async Task ResealAsync(PostgresSealedValues values, TeamId? team, SealedTable table)
    {
        byte[] head = [1, 0, 9];
        var page = await values.ReadAsync(team, table, null, head, 10, CancellationToken.None);
        await values.CountAsync(team, table, head, CancellationToken.None);
        // Where the team has none the text is the same.
        var after = page.Count > 0 ? page[^1] : new StoredValue(new SealPlace(table, Servers[0], 0, 0), 0, null, []);
        await values.ReadAsync(team, table, after, head, 10, CancellationToken.None);
        await values.ReplaceAsync(team, table, [(after, Named.Bytes("anew"))], CancellationToken.None);
    }

    private static async Task ProjectAsync(PostgresDatabase database, TeamSeals seals)
    {
        var projection = new PostgresProjectionStore(database, seals, new AuditSeal(seals, Prepared.Roots));
        Assert.True(await projection.AnyTeamAsync(CancellationToken.None));
        var key = new ServerKey(Team, Servers[0]);
        var rows = await projection.LoadAsync([Team], [key], new AuditWanted([$"team-{Team}"], [Team]), CancellationToken.None);
        AuditTelling.Tell(rows.Audit!, new JournalEntry(2, $"team-{Team}", 1, new TeamFounded("team", Now, Named.Ada)));
        for (var number = 2; number <= ChangeRows.Kept + 1; number++)
            rows.Audit!.Changes.Add(Team, Now, new Change("team.renamed", "team", Team.Value));
        rows.Put(new ProjectedServer(key, "renamed", 1, 1, null, 2));
        rows.Put(new ProjectedTeam(Team, "renamed", 1, null, 2));
        await projection.SaveAsync(1, 2, rows, CancellationToken.None);
        var log = new PostgresAuditLog(database, new AuditSeal(seals, Prepared.Roots));
        Assert.NotNull((await log.HeadAsync(Team, CancellationToken.None))!.Vouched);
        var changes = new PostgresChangeLog(database, seals);
        Assert.Equal(new ChangePlace(ChangeRows.Kept + 1, Now.ToUnixTimeMilliseconds()),
            (await changes.LatestAsync([Team, Named.Id<TeamId>("other")], CancellationToken.None))[Team]);
        Assert.Equal(2, (await changes.ReadAsync(Team, 0, 10, CancellationToken.None))[0].Place.Number);
        Assert.Single(await log.ReadAsync(Team, 0, 10, 10, CancellationToken.None));
        Assert.Single(await log.PageAsync(Team, new AuditWindow(0, long.MaxValue, null), 10, CancellationToken.None));
        Assert.Equal(1, await log.NumberBeforeAsync(Team, long.MaxValue, CancellationToken.None));
        var dropped = new ProjectedRows();
        dropped.Drop(new ServerKey(Team, Servers[1]));
        dropped.Drop(Team);
        await projection.SaveAsync(2, 3, dropped, CancellationToken.None);
        await projection.ReplaceAsync(3, new ProjectedRows(), CancellationToken.None);
    }

    private static PostgresMetricsStore NewStore(PostgresDatabase database, TeamSeals seals) =>
        new(database, seals, new MetricDays(database), new ManualTimeProvider(Now));

    private static async Task WriteAsync(
        PostgresMetricsStore store, long key, long signature, ServerId server, string name, params long[] times) =>
        await store.WriteAsync([Batches.Item(new ServerKey(Team, server),
            Batches.Of(key, signature, Batches.Names(name), [1], times), ActorRefs.Nobody, ActorRefs.Nobody, Now)], maybeKept: false);

    // What the stores' sources have in quotes and names a table of teams' rows or of the journal, whole or a part of a text.
    private static IEnumerable<string> Literals() =>
        from file in Directory.GetFiles(Path.Combine(Repository.Root, "src", "Engine", "Storage", "Postgres"), "*.cs")
        from Match literal in Quoted().Matches(File.ReadAllText(file))
        let text = Normal((literal.Groups[1].Value + literal.Groups[2].Value).Replace("\\\"", "\"", StringComparison.Ordinal))
        where NamesTable().IsMatch(text)
        select text;

    private static IEnumerable<string> Unseen(IEnumerable<string> literals, List<string> texts) =>
        literals.Distinct().Where(literal => !texts.Exists(Pattern(literal).IsMatch));

    private static Regex Pattern(string literal) => new(string.Concat(
        Hole().Split(literal).Select(Regex.Escape).Zip(
            Hole().Matches(literal).Select(hole => hole.Value[0] == '@' ? @"\$[0-9]+" : ".*?").Append(""), (text, hole) => text + hole)));

    private static string Normal(string sql) => Space().Replace(sql, " ").Trim();

    [GeneratedRegex("^(metric_(rows|retries|sets|minutes|hours|marks)|log_(lines|retries)|inventories|servers|teams|journal|snapshot"
        + "|audit_|team_changes)")]
    private static partial Regex Tenant();

    [GeneratedRegex("\"\"\"(.*?)\"\"\"|\"((?:[^\"\\\\\n]|\\\\.)*)\"", RegexOptions.Singleline)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\b(from|join|into|update)\s+(metric_|log_|inventories|servers|teams|journal|snapshot|audit_|team_changes)"
        + @"|^(select|delete)\b.*\bfrom\s*\{|^(insert into|update)\s*\{")]
    private static partial Regex NamesTable();

    [GeneratedRegex(@"\{[^{}]*\}|@\w+")]
    private static partial Regex Hole();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
