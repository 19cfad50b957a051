using System.Data.Common;
using System.Text.Json.Nodes;
using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sealing.Rotation;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Users;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Engine.Tests.Audit;

/// <summary>The audit logs in a running engine, whichever store it is on.</summary>
public abstract class AuditLogSuite
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private static readonly Author Operator = Author.OfOperator("uid 1000");

    /// <summary>Starts an engine on the store that this suite is run against.</summary>
    protected abstract Task<EmbeddedEngine> StartAsync();

    /// <summary>The tables past the engine, with every right.</summary>
    protected abstract Task<DbConnection> OpenTablesAsync(EmbeddedEngine engine);

    /// <summary>Lets a connection change an audit log, as nobody but a test may.</summary>
    protected abstract string UnlockSql { get; }

    /// <summary>Takes the guards away, or makes them guard nothing: each a way of its own.</summary>
    protected abstract IReadOnlyList<string> Unguarding { get; }

    /// <summary>An id as the tables have it.</summary>
    protected abstract string Literal(TeamId team);

    /// <summary>Changes the journal as nobody but a test may; <c>$team</c> is a team's id.</summary>
    protected abstract Task ExecuteOnJournalAsync(EmbeddedEngine engine, string sql, TeamId team);

    [Fact]
    public async Task A_change_stands_in_its_teams_log_with_who_what_before_and_after()
    {
        await using var engine = await StartAsync();
        var team = await FoundAsync(engine);
        await engine.Client.AskAsync(new SetPlan(team, 25, Operator));
        var log = await LogAsync(engine, team, 4);
        Assert.Equal(["invitation.issued", "team.founded", "member.joined", "team.plan-set"], log.Select(Action));
        Assert.Equal([1L, 2, 3, 4], log.Select(entry => (long)entry["number"]!));
        var plan = log[3];
        Assert.Equal(("operator", "uid 1000"), ((string)plan["actor"]!["kind"]!, (string)plan["actor"]!["name"]!));
        Assert.Equal((Shared.Limits.FreePlanServers, 25), ((int)plan["before"]!["servers"]!, (int)plan["after"]!["servers"]!));
        Assert.Equal(("team", team.ToString()), ((string)plan["subject"]!["kind"]!, (string)plan["subject"]!["id"]!));
        Assert.Equal(("person", "192.0.2.7"), ((string)log[2]["actor"]!["kind"]!, (string)log[2]["actor"]!["address"]!));
        await AssertVerifiesAsync(engine, team);
    }

    [Fact]
    public async Task Neither_a_restart_nor_a_rebuild_nor_a_second_reading_of_the_journal_adds_or_moves_an_entry()
    {
        await using var engine = await StartAsync();
        var (one, two) = (await FoundAsync(engine), await FoundAsync(engine));
        for (var plan = 1; plan < 6; plan++)
            foreach (var team in new[] { one, two }) await engine.Client.AskAsync(new SetPlan(team, plan, Operator));
        var (ofOne, ofTwo) = (Texts(await LogAsync(engine, one, 8)), Texts(await LogAsync(engine, two, 8)));

        await engine.StopAsync();
        await ExecuteAsync(engine, "delete from projection");
        await engine.StartAgainAsync();
        await engine.Client.AskAsync(new AwaitCaughtUp());
        Assert.Equal((ofOne, ofTwo), (Texts(await LogAsync(engine, one, 8)), Texts(await LogAsync(engine, two, 8))));

        Assert.IsType<ProjectionRebuilt>(await engine.Client.AskAsync(new RebuildProjection()));
        await engine.Client.AskAsync(new SetPlan(one, 50, Operator));
        Assert.Equal(ofOne, Texts((await LogAsync(engine, one, 9)).Take(8)));
        Assert.Equal(ofTwo, Texts(await LogAsync(engine, two, 8)));
        await AssertVerifiesAsync(engine, one);
    }

    [Fact]
    public async Task What_a_platform_journalled_before_it_kept_logs_is_told_in_the_journals_order()
    {
        await using var engine = await StartAsync();
        var team = await FoundAsync(engine);
        var server = await AddServerAsync(engine, team);
        await engine.Client.AskAsync(new IssueToken(team, server, Named.Hash("t"), 0, Named.Ada));
        await engine.Client.AskAsync(new SetPlan(team, 7, Operator));
        var grown = Texts(await LogAsync(engine, team, 6));

        await engine.StopAsync();
        // As a migration leaves it: rows of teams and servers, no logs, and the journal to be read once more.
        await ExecuteAsync(engine,
            $"{UnlockSql}; delete from audit_entries; delete from audit_heads; delete from audit_told; delete from projection");
        await engine.StartAgainAsync();
        await engine.Client.AskAsync(new AwaitCaughtUp());
        Assert.Equal(grown, Texts(await LogAsync(engine, team, 6)));
        await AssertVerifiesAsync(engine, team);
    }

    [Fact]
    public async Task An_event_that_does_not_open_is_an_entry_that_says_so_and_other_teams_go_on()
    {
        await using var engine = await StartAsync();
        var (team, other) = (await FoundAsync(engine), await FoundAsync(engine));
        await engine.Client.AskAsync(new SetPlan(team, 7, Operator));
        await LogAsync(engine, team, 4);
        await engine.StopAsync();
        await ExecuteOnJournalAsync(engine, """
            update journal set message = (select message from journal where persistence_id = 'team-' || $team and sequence_number = 1)
            where persistence_id = 'team-' || $team and sequence_number = 4
            """, team);
        await ExecuteAsync(engine, $"""
            {UnlockSql}; delete from audit_entries; delete from audit_heads; delete from audit_told; delete from projection
            """);
        await engine.StartAgainAsync();
        var damaged = (await LogAsync(engine, team, 4))[3];
        Assert.Equal((AuditRules.EventDamaged, "unknown"), (Action(damaged), (string)damaged["actor"]!["kind"]!));
        Assert.Equal(($"team-{team}", 4L), ((string)damaged["event"]!["entity"]!, (long)damaged["event"]!["number"]!));
        Assert.InRange(DateTimeOffset.Parse((string)damaged["at"]!, null),
            DateTimeOffset.UnixEpoch.AddYears(50), TimeProvider.System.GetUtcNow().AddDays(1));
        await engine.Client.AskAsync(new SetPlan(other, 9, Operator));
        Assert.Equal("team.plan-set", Action((await LogAsync(engine, other, 4))[3]));
        await AssertVerifiesAsync(engine, team);
    }

    [Fact]
    public async Task A_team_whose_keys_were_destroyed_has_no_log_any_more_and_others_go_on()
    {
        await using var engine = await StartAsync();
        var (team, other) = (await FoundAsync(engine), await FoundAsync(engine));
        await LogAsync(engine, team, 3);
        engine.Get<Engine.Storage.Sealing.Rotation.TeamKeys>().Destroy(team);
        Assert.Empty(await engine.Get<IAuditLog>().ReadAsync(team, 0, long.MaxValue, 10, default));
        Assert.Null(await engine.Get<IAuditLog>().HeadAsync(team, default));
        await engine.StopAsync();
        await ExecuteAsync(engine, "delete from projection");
        await engine.StartAgainAsync();
        await engine.Client.AskAsync(new SetPlan(other, 9, Operator));
        await LogAsync(engine, other, 4);
        Assert.Empty(await engine.Get<IAuditLog>().ReadAsync(team, 0, long.MaxValue, 10, default));
    }

    /// <summary>What somebody does to a log of three entries, and from which entry on it must be seen.</summary>
    private static readonly (string Sql, long At)[] Harm =
    [
        ("update audit_heads set number = number - 1 where team = $team", 3),
        ("delete from audit_heads where team = $team", 3),
        ("update audit_heads set root_id = root_id + 1 where team = $team", 3),
        ("update audit_heads set at_ms = at_ms + 1 where team = $team", 3),
        ("delete from audit_entries where team = $team and number = 3", 3),
        ("delete from audit_entries where team = $team and number = 2", 2),
        ("update audit_entries set at_ms = at_ms + 1 where team = $team and number = 2", 2),
        ("update audit_entries set entry = (select entry from audit_entries o where o.team = $team and o.number = 1) "
            + "where team = $team and number = 2", 2),
        ("delete from audit_entries where team = $team and number = 1; update audit_entries set number = number - 1 where team = $team", 1),
    ];

    [Fact]
    public async Task A_log_that_somebody_changed_in_the_database_fails_its_verification_for_ever_and_goes_on()
    {
        await using var engine = await StartAsync();
        var other = await FoundAsync(engine);
        var harmed = new List<(TeamId Team, string Sql, long At)>();
        foreach (var (sql, at) in Harm) harmed.Add((await FoundAsync(engine), sql, at));
        foreach (var team in harmed.Select(harm => harm.Team).Append(other)) await LogAsync(engine, team, 3);
        await ExecuteAsync(engine, string.Join("; ",
            [UnlockSql, .. harmed.Select(harm => harm.Sql.Replace("$team", Literal(harm.Team), StringComparison.Ordinal))]));
        foreach (var (team, sql, at) in harmed)
        {
            var fault = await FaultAsync(engine, team);
            Assert.True(fault is not null, sql);
            // Behind the first line; where the head alone was altered it is the last one.
            Assert.InRange(fault.Line, at + 1, at + 2);
        }

        foreach (var team in harmed.Select(harm => harm.Team).Append(other)) await engine.Client.AskAsync(new SetPlan(team, 7, Operator));
        await LogAsync(engine, other, 4);
        await AssertVerifiesAsync(engine, other);
        foreach (var (team, sql, _) in harmed)
        {
            await Poll.UntilAsync("the next entry", Limit, async () => (await engine.Get<IAuditLog>().ReadAsync(
                team, 0, long.MaxValue, 10, default)).Any(entry => Says(entry, "team.plan-set")));
            Assert.Contains(await engine.Get<IAuditLog>().ReadAsync(team, 0, long.MaxValue, 10, default), entry =>
                Says(entry, AuditRules.LogBroken) || sql.Contains("number = 2", StringComparison.Ordinal));
            Assert.True(await FaultAsync(engine, team) is not null, sql);
        }
    }

    [Fact]
    public async Task An_entry_that_is_copied_to_another_team_does_not_open_there()
    {
        await using var engine = await StartAsync();
        var (team, other) = (await FoundAsync(engine), await FoundAsync(engine));
        await LogAsync(engine, team, 3);
        await LogAsync(engine, other, 3);
        await ExecuteAsync(engine, $"""
            insert into audit_entries (team, number, at_ms, entry)
            select {Literal(other)}, 4, at_ms, entry from audit_entries where team = {Literal(team)} and number = 3
            """);
        Assert.Null((await engine.Get<IAuditLog>().ReadAsync(other, 3, long.MaxValue, 10, default)).Single().Entry);
        Assert.Equal(4, (await engine.Get<IAuditLog>().PageAsync(other, new AuditWindow(0, long.MaxValue, null), 10, default)).Count);
    }

    [Fact]
    public async Task The_table_itself_takes_nothing_back_whoever_asks()
    {
        await using var engine = await StartAsync();
        await LogAsync(engine, await FoundAsync(engine), 3);
        foreach (var sql in new[]
        {
            "delete from audit_entries", "update audit_entries set number = number + 10", "update audit_entries set at_ms = 0",
        })
        {
            var refused = await Assert.ThrowsAnyAsync<DbException>(() => ExecuteAsync(engine, sql));
            Assert.Contains("only ever added to", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_guard_that_somebody_took_away_is_put_back_at_the_next_start()
    {
        await using var engine = await StartAsync();
        await LogAsync(engine, await FoundAsync(engine), 3);
        Assert.Empty(await engine.Get<IAuditGuards>().MendAsync(default));
        foreach (var sql in Unguarding)
        {
            await ExecuteAsync(engine, sql);
            Assert.NotEmpty(await engine.Get<IAuditGuards>().MendAsync(default));
            Assert.Empty(await engine.Get<IAuditGuards>().MendAsync(default));
        }
        await ExecuteAsync(engine, Unguarding[0]);
        await engine.StopAsync();
        await engine.StartAgainAsync();
        foreach (var sql in new[] { "delete from audit_entries", "update audit_entries set number = number + 10" })
        {
            var refused = await Assert.ThrowsAnyAsync<DbException>(() => ExecuteAsync(engine, sql));
            Assert.Contains("only ever added to", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_rotation_of_keys_seals_the_log_anew_and_the_earlier_root_keys_head_is_still_vouched_for()
    {
        await using var engine = await StartAsync();
        var team = await FoundAsync(engine);
        var before = Texts(await LogAsync(engine, team, 3));
        engine.Get<KeyRotation>().Rotate();
        await engine.Get<Resealing>().RunAsync(team, _ => { }, default);
        Assert.Equal(0, await engine.Get<Resealing>().CountAsync(team, default));
        Assert.Equal(before, Texts(await LogAsync(engine, team, 3)));
        await AssertVerifiesAsync(engine, team);
        await engine.Client.AskAsync(new SetPlan(team, 7, Operator));
        await LogAsync(engine, team, 4);
        Assert.Equal(engine.Get<RootKeys>().NewestId, (await engine.Get<IAuditLog>().HeadAsync(team, default))!.Vouched!.RootId);
        await AssertVerifiesAsync(engine, team);
    }

    [Fact]
    public async Task An_export_in_pages_is_the_log_of_the_moment_it_began()
    {
        await using var engine = await StartAsync();
        var team = await FoundAsync(engine);
        for (var plan = 1; plan < 4; plan++) await engine.Client.AskAsync(new SetPlan(team, plan, Operator));
        await LogAsync(engine, team, 6);
        var (pages, verifier) = (0, new AuditVerifier(engine.Get<RootKeys>().Find));
        await foreach (var lines in new AuditExportReader(engine.Get<IAuditLog>()) { PageEntries = 2 }.ReadAsync(team, default))
        {
            foreach (var line in lines) Assert.True(verifier.Take(line.AsSpan()[..^1]), verifier.Fault?.Text);
            await engine.Client.AskAsync(new SetPlan(team, 100 + pages, Operator));
            await LogAsync(engine, team, 7 + pages++);
        }
        Assert.True(verifier.End(), verifier.Fault?.Text);
        Assert.Equal((4, 6L), (pages, verifier.Entries));
    }

    [Fact]
    public async Task A_page_is_the_newest_entries_of_a_time_behind_a_place()
    {
        await using var engine = await StartAsync();
        var team = await FoundAsync(engine);
        for (var plan = 1; plan < 8; plan++) await engine.Client.AskAsync(new SetPlan(team, plan, Operator));
        await LogAsync(engine, team, 10);
        var log = engine.Get<IAuditLog>();
        var all = await log.PageAsync(team, new AuditWindow(0, long.MaxValue, null), 100, default);
        Assert.Equal(Enumerable.Range(1, 10).Reverse().Select(number => (long)number), all.Select(entry => entry.Number));
        var rest = await log.PageAsync(team, new AuditWindow(0, long.MaxValue, new AuditPlace(all[3].AtMs, all[3].Number)), 2, default);
        Assert.Equal(all.Skip(4).Take(2).Select(entry => entry.Number), rest.Select(entry => entry.Number));
        var (from, to) = (all[7].AtMs, all[2].AtMs);
        Assert.Equal(all.Where(entry => entry.AtMs >= from && entry.AtMs < to).Select(entry => entry.Number),
            (await log.PageAsync(team, new AuditWindow(from, to, null), 100, default)).Select(entry => entry.Number));
        Assert.Empty(await log.PageAsync(EmbeddedEngine.NewId<TeamId>(), new AuditWindow(0, long.MaxValue, null), 100, default));

        Assert.All(all, entry => Assert.Equal(entry.Number - 1, entry.Previous));
        await ExecuteAsync(engine,
            $"{UnlockSql}; delete from audit_entries where team = {Literal(team)} and (number in (1, 2, 10) or number between 5 and 7)");
        var left = await log.PageAsync(team, new AuditWindow(0, long.MaxValue, null), 100, default);
        Assert.Equal([(9L, 8L), (8, 4), (4, 3), (3, 0)], left.Select(entry => (entry.Number, entry.Previous)));
        Assert.Equal((9L, 4L, 0L), (await log.NumberBeforeAsync(team, long.MaxValue, default),
            await log.NumberBeforeAsync(team, 7, default), await log.NumberBeforeAsync(team, 3, default)));
    }

    /// <summary>The log once it has this many entries, opened.</summary>
    private static Task<List<JsonObject>> LogAsync(EmbeddedEngine engine, TeamId team, int entries) =>
        Poll.ForAsync($"{entries} entries", Limit, async () =>
        {
            var read = await engine.Get<IAuditLog>().ReadAsync(team, 0, long.MaxValue, 1_000, default);
            Assert.InRange(read.Count, 0, entries);
            return read.Count == entries ? read.Select(entry => CanonicalJson.TryRead(entry.Entry!.Canonical)!).ToList() : null;
        });

    private static async Task AssertVerifiesAsync(EmbeddedEngine engine, TeamId team) => Assert.Null(await FaultAsync(engine, team));

    /// <summary>What a verification of the log's export would find.</summary>
    private static async Task<AuditFault?> FaultAsync(EmbeddedEngine engine, TeamId team)
    {
        var verifier = new AuditVerifier(engine.Get<RootKeys>().Find);
        await foreach (var lines in new AuditExportReader(engine.Get<IAuditLog>()).ReadAsync(team, default))
            foreach (var line in lines)
                if (!verifier.Take(line.AsSpan()[..^1])) return verifier.Fault;
        verifier.End();
        return verifier.Fault;
    }

    private static string Texts(IEnumerable<JsonObject> log) => string.Join('\n', log.Select(entry => entry.ToJsonString()));

    private static bool Says(AuditLogEntry entry, string action) =>
        entry.Entry is { } opened && Action(CanonicalJson.TryRead(opened.Canonical)!) == action;

    private static string Action(JsonObject entry) => (string)entry["action"]!;

    private async Task ExecuteAsync(EmbeddedEngine engine, string sql)
    {
        await using var connection = await OpenTablesAsync(engine);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are these tests' own.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<TeamId> FoundAsync(EmbeddedEngine engine)
    {
        var (team, user) = (EmbeddedEngine.NewId<TeamId>(), EmbeddedEngine.NewId<UserId>());
        var invitation = EmbeddedEngine.NewId<InvitationId>();
        var hash = Named.Hash("invitation");
        await engine.Client.AskAsync(new IssueInvitation(
            team, invitation, hash, TeamRole.Owner, DateTimeOffset.UnixEpoch.AddYears(100), Operator));
        await engine.Client.AskAsync(new RegisterUser(
            new UserAddress(Convert.ToHexStringLower(user.ToBytes())), user, "a@example.org", "hash", Named.Ada));
        Assert.IsType<TeamJoined>(await engine.Client.AskAsync(
            new AcceptInvitation(team, invitation, hash, user, "a@example.org", "Acme", Named.Ada)));
        return team;
    }

    private static async Task<ServerId> AddServerAsync(EmbeddedEngine engine, TeamId team)
    {
        var server = EmbeddedEngine.NewId<ServerId>();
        Assert.IsType<ServerAdded>(await engine.Client.AskAsync(new AddServer(team, server, "web", EnrolledByKey: false, Named.Ada)));
        return server;
    }
}
