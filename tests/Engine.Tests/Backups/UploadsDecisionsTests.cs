using HostAtlas.Engine.Backups;
using HostAtlas.Shared;
using HostAtlas.Shared.Backups;
using static HostAtlas.Engine.Tests.Backups.Runs;

namespace HostAtlas.Engine.Tests.Backups;

/// <summary>What becomes of each object that a run names.</summary>
public sealed class UploadsDecisionsTests
{
    private readonly BackupState _state = Open("run");
    private readonly Dictionary<ObjectName, KnownObject> _known = [];
    private readonly Dictionary<ObjectName, long> _vault = [];
    private readonly HashSet<ObjectName> _open = [];

    [Theory]
    // announced before, in the vault -> for a new object; for a reused one
    [InlineData(false, false, "ticket", "gone")]
    [InlineData(true, false, "ticket", "gone")]
    [InlineData(true, true, "present", "present")]
    [InlineData(false, true, "present", "gone")]
    public void Each_name_has_one_fate(bool announced, bool inVault, string asNew, string asReused)
    {
        if (announced) Know(New("a"));
        if (inVault) _vault[Name("a")] = 100;
        Assert.Equal(asNew, FateOf(Uploads([New("a")], [])));
        Assert.Equal(asReused, FateOf(Uploads([], [Name("a")])));
    }

    [Fact]
    public void A_name_that_is_gone_never_joins_the_needed_set_and_every_new_one_does()
    {
        Know(New("there"));
        _vault[Name("there")] = 100;
        var decision = Uploads([New("a"), New("b")], [Name("there"), Name("gone")]);
        Assert.Equal([Name("a"), Name("b")], decision.Announced!.New.Select(row => row.Object.Name));
        Assert.Equal([Name("there")], decision.Announced.Reused);
        Assert.Equal(new ObjectsAnnounced(Id("run"), 2, 1, 200, Now), decision.Events[1]);
    }

    [Fact]
    public void An_object_that_the_disk_cut_short_is_gone_for_those_who_would_reuse_it()
    {
        Know(New("a"));
        _vault[Name("a")] = 99;
        Assert.Equal("gone", FateOf(Uploads([], [Name("a")])));
        Assert.Equal(RefusalKind.Conflict, KindOf(Uploads([New("a")], [])));
    }

    [Fact]
    public void Announced_again_with_another_size_or_hash_is_a_conflict_and_changes_nothing()
    {
        Know(New("a"));
        foreach (var other in (AnnouncedObject[])[New("a", 101), New("a") with { Sha256 = Named.Bytes("b") }])
        {
            var decision = Uploads([New("fresh"), other], []);
            Assert.Equal(RefusalKind.Conflict, KindOf(decision));
            Assert.Empty(decision.Events);
            Assert.Null(decision.Announced);
        }
    }

    [Fact]
    public void At_most_64_tickets_are_open_and_the_others_come_later_but_are_needed()
    {
        for (var i = 0; i < 10; i++) _open.Add(Name($"open {i}"));
        var decision = Uploads([.. Enumerable.Range(0, 60).Select(i => New($"{i}"))], []);
        var granted = Assert.IsType<UploadsGranted>(decision.Reply);
        Assert.Equal((54, 6), (granted.Tickets.Count, granted.Later.Count));
        Assert.Equal(Name("54"), granted.Later[0]);
        Assert.Equal(60, decision.Announced!.New.Count);
        Assert.All(granted.Tickets, ticket => Assert.Equal(Now.AddSeconds(Limits.TicketSeconds), ticket.ExpiresAt));
        Assert.Equal(6, decision.Announced.New.Count(row => row.TicketUntil is null));
    }

    [Fact]
    public void Asked_again_an_open_ticket_is_renewed_and_takes_no_second_place()
    {
        for (var i = 0; i < 64; i++)
        {
            _open.Add(Name($"{i}"));
            Know(New($"{i}"));
        }
        var granted = Assert.IsType<UploadsGranted>(Uploads([New("0"), New("63"), New("more")], []).Reply);
        Assert.Equal((2, 1), (granted.Tickets.Count, granted.Later.Count));
    }

    [Fact]
    public void Bytes_count_once_a_run_however_often_they_are_announced()
    {
        Know(New("a"), inRun: true);
        Know(New("dead run's"));
        var decision = Uploads([New("a"), New("dead run's"), New("b")], []);
        Assert.Equal(200, Assert.IsType<ObjectsAnnounced>(decision.Events[1]).Bytes);
    }

    [Fact]
    public void Of_a_run_that_is_not_open_nothing_is_taken()
    {
        Assert.Equal(RefusalKind.NotFound, KindOf(Uploads([New("a")], [], "never begun")));
        Assert.Equal(RefusalKind.Conflict, KindOf(Uploads([New("a")], [],
            state: _state.Apply(new RunEnded(Id("run"), RunEnd.Expired, Now)))));
        Assert.Equal(RefusalKind.Conflict, KindOf(Uploads([New("a")], [], state: Committed("run"))));
    }

    [Theory]
    [InlineData(1000L, null, 900, false)]
    [InlineData(1000L, null, 901, true)]
    [InlineData(null, 5000L, 900, false)]
    [InlineData(null, 5000L, 1001, true)]
    public void A_quota_is_told_and_nothing_is_taken(long? serverDay, long? team, long size, bool refused)
    {
        var state = _state.Apply(new ObjectsAnnounced(Id("run"), 1, 0, 100, Now));
        var decision = Uploads([New("a", size)], [], state: state, quotas: new BackupQuotas(serverDay, team), teamBytes: 4000);
        if (!refused)
        {
            Assert.IsType<UploadsGranted>(decision.Reply);
            return;
        }
        Assert.Equal((RefusalKind.QuotaReached, false), (KindOf(decision), decision.IsSpent));
        // People hear of it once a run; the agent hears it each time.
        var (why, told) = serverDay is null
            ? (RunRefusal.TeamQuota, HappeningKind.RunRefusedByTeamQuota)
            : (RunRefusal.ServerQuota, HappeningKind.RunRefusedByServerQuota);
        Assert.Equal(new RunRefused(Id("run"), why, Now), Assert.Single(decision.Events));
        state = state.Apply(decision.Events);
        Assert.Equal(told, state.History[0].Kind);
        var again = Uploads([New("a", size)], [], state: state, quotas: new BackupQuotas(serverDay, team), teamBytes: 4000);
        Assert.Equal((RefusalKind.QuotaReached, 0), (KindOf(again), again.Events.Count));
    }

    [Theory]
    [InlineData(900, false)]
    [InlineData(901, true)]
    public void What_a_server_may_keep_in_all_has_an_edge_and_the_refusal_says_how_much_it_is(long size, bool refused)
    {
        var quotas = new BackupQuotas(null, null) { ServerBytes = 3 << 20 };
        var decision = Uploads([New("a", size)], [], quotas: quotas, serverBytes: (3 << 20) - 900);
        if (!refused)
        {
            Assert.IsType<UploadsGranted>(decision.Reply);
            return;
        }
        Assert.Equal(RefusalKind.QuotaReached, KindOf(decision));
        Assert.Contains("in all (3 MiB) is reached", ((Refused)decision.Reply!).Detail, StringComparison.Ordinal);
        Assert.Equal(new RunRefused(Id("run"), RunRefusal.ServerTotalQuota, Now), Assert.Single(decision.Events));
        Assert.Equal(HappeningKind.RunRefusedByServerTotal, _state.Apply(decision.Events).History[0].Kind);
    }

    [Fact]
    public void A_days_quota_begins_anew_and_what_is_there_may_be_used_though_it_is_spent()
    {
        var spent = _state.Apply(new ObjectsAnnounced(Id("run"), 1, 0, 1000, Now.AddDays(-1)));
        Assert.IsType<UploadsGranted>(Uploads([New("a", 900)], [], state: spent, quotas: new BackupQuotas(1000, null)).Reply);
        spent = _state.Apply(new ObjectsAnnounced(Id("run"), 1, 0, 1000, Now));
        Know(New("a"), inRun: true);
        Assert.IsType<UploadsGranted>(Uploads([New("a")], [], state: spent, quotas: new BackupQuotas(1000, null)).Reply);
    }

    private void Know(AnnouncedObject announced, bool inRun = false) =>
        _known[announced.Name] = new KnownObject(announced.Size, announced.Sha256, default, inRun);

    private BackupDecision Uploads(
        AnnouncedObject[] objects, ObjectName[] reused, string run = "run", BackupState? state = null, BackupQuotas? quotas = null,
        long teamBytes = 0, long serverBytes = 0)
    {
        var payload = new UploadsPayload(Id(run), objects, reused);
        return BackupDecisions.Uploads(
            state ?? _state, Request(payload), payload, new UploadFacts(_known, _vault, _open, teamBytes) { ServerBytes = serverBytes },
            quotas ?? Unlimited, Ticket, Now);
    }

    private static string FateOf(BackupDecision decision)
    {
        var granted = Assert.IsType<UploadsGranted>(decision.Reply);
        var fates = new[] { ("ticket", granted.Tickets.Count), ("present", granted.Present.Count), ("gone", granted.Gone.Count),
            ("later", granted.Later.Count) };
        return Assert.Single(fates, fate => fate.Item2 == 1).Item1;
    }
}
