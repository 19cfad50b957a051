using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Notifications;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Tests.Cluster;
using HostAtlas.Engine.Tests.Projections;

namespace HostAtlas.Engine.Tests.Notifications;

public sealed class HappeningRulesTests
{
    private static readonly DateTimeOffset At = Named.Noon;

    [Fact]
    public void Events_are_told_under_these_types_with_these_causes()
    {
        (IEntityEvent Event, string? Told)[] cases =
        [
            (new ChainFrozen(FreezeCause.AgentsGate, null, At, null), "backup.frozen agents-gate"),
            (new ChainFrozen(FreezeCause.Person, ChainStatus.Open, At, Named.Ada), "backup.frozen person"),
            (new ChainSuspected(SuspicionCause.RunVanished, At), "backup.suspect run-vanished"),
            (new ChainSuspected(SuspicionCause.VolumeJumped, At), "backup.suspect volume-jumped"),
            (new ChainSuspected(SuspicionCause.ChainHalved, At), "backup.suspect chain-halved"),
            (new ChainReopened(ReopenCause.CleanRuns, null, At, null), "backup.reopened clean-runs"),
            (new ChainReopened(ReopenCause.Person, null, At, Named.Ada), "backup.reopened person"),
            (new StillFrozen(At.AddDays(-3), At.AddDays(-2), At), "backup.still-frozen "),
            (new ChainFrozen(FreezeCause.MassDeletion, null, At, null), "backup.frozen mass-deletion"),
            (new ChainSuspected(SuspicionCause.FilesHit, At), "backup.suspect files-hit"),
            (new RunMissed(At.AddHours(-1), At), "backup.missed "),
            (new BackupsOverdue(At.AddHours(-1), At), "backup.overdue "),
            (new FilesHeldBack(default, 4, At) { Since = At.AddDays(-2) }, "backup.incomplete "),
            (new FilesHeldBack(default, 4, At), null),
            (new DrillDone(default, At, 9, 900, 1, At), "backup.drill-failed "),
            (new DrillDone(default, At, 9, 900, 0, At), null),
            (new RunRefused(default, RunRefusal.ServerQuota, At), "backup.failed server-quota"),
            (new RunRefused(default, RunRefusal.TeamQuota, At), "backup.failed team-quota"),
            (new RunEnded(default, RunEnd.Expired, At), "backup.failed expired"),
            (new RunEnded(default, RunEnd.Displaced, At), "backup.failed displaced"),
            (new RunEnded(default, RunEnd.Overtaken, At), null),
            (new RunEnded(default, RunEnd.Frozen, At), null),
            (new RunBegan(default, null, At), null),
            (new ServerRemoved(default, "web-1", At, Named.Ada), null),
            // Of a later version: told, though nobody here has heard of the cause.
            (new ChainFrozen((FreezeCause)99, null, At, null), "backup.frozen 99"),
        ];
        foreach (var (happened, told) in cases)
            Assert.Equal(told, HappeningRules.Of(happened) is { } of ? $"{of.Type} {of.Cause}" : null);
        Assert.Equal(At.AddHours(-1), HappeningRules.Of(new RunMissed(At.AddHours(-1), At))!.Since);
    }

    [Fact]
    public void Every_event_of_backups_is_told_or_says_why_not()
    {
        foreach (var type in Serializers.Rooms["backups"].Select(row => row.Json.Type).Where(typeof(IEntityEvent).IsAssignableFrom))
            Assert.True(HappeningRules.IsTold(type) != HappeningRules.Untold.ContainsKey(type),
                $"{type.Name}: are people told of it? Give it a row in HappeningRules, or a reason in its Untold.");
    }

    [Fact]
    public void Every_type_has_sentences_that_name_the_server_and_the_next_step_and_nothing_of_the_machine()
    {
        var causes = new[] { null, "99" }
            .Concat(WireSamples.Of("backups").Values.Select(HappeningRules.Of).Select(of => of?.Cause))
            .Concat(["person", "clean-runs", "server-quota", "server-total-quota", "team-quota", "expired", "displaced"])
            .Concat(["run-vanished", "chain-halved", "files-hit", "ransom-notes", "new-ending", "many-changed"])
            .Concat(["canary", "hit-share", "slow-burn", "mass-deletion", "dump-turned"]);
        foreach (var happening in from type in NotificationTypes.All.Append("unheard.of")
                                  from cause in causes.Distinct()
                                  from since in new DateTimeOffset?[] { null, At.AddDays(-2) }
                                  select new Happening(type, At, "web-1", cause, since))
        {
            var text = HappeningText.Of(happening);
            Assert.StartsWith("Backups of web-1 ", text.Headline, StringComparison.Ordinal);
            Assert.All([text.What, text.Next], sentence => Assert.Matches(@"^[A-Z][^{}/\\]*\.$", sentence));
        }
        Assert.Contains("since 2026-11-22 12:00 UTC",
            HappeningText.Of(new(NotificationTypes.BackupStillFrozen, At, "web-1", null, At.AddDays(-2))).What, StringComparison.Ordinal);
    }

    [Fact]
    public void The_projection_puts_each_happening_into_its_rows_once_and_a_rebuild_puts_none()
    {
        var server = JournalScript.Servers[0];
        var (team, frozen) = (JournalScript.TeamPid(server.Team), new ChainFrozen(FreezeCause.AgentsGate, null, At, null));
        JournalEntry[] journal =
        [
            new(1, team, 1, new TeamFounded("red", At, Named.Ada)),
            new(2, team, 2, new ServerJoined(server.Server, "web-1", At, Named.Ada)),
            new(3, JournalScript.BackupsPid(server), 1, frozen),
            new(4, JournalScript.BackupsPid(server), 2, new ChainReopened(ReopenCause.Person, ChainStatus.Frozen, At, Named.Ada)),
        ];
        var rows = new ProjectedRows([], [], new AuditRows([], []));
        foreach (var entry in journal.Concat(journal)) ProjectionRules.Tell(rows, entry);
        Assert.Equal(
            [
                new KeyedHappening(new(server, HappeningRoom.Backups, 1), new("backup.frozen", At, "web-1", "agents-gate", null)),
                new KeyedHappening(new(server, HappeningRoom.Backups, 2), new("backup.reopened", At, "web-1", "person", null)),
            ], rows.Audit!.Happenings);

        var anew = new ProjectedRows();
        Assert.All(journal, entry => Assert.Equal(Telling.Told, ProjectionRules.Tell(anew, entry)));
        Assert.Null(anew.Audit);
    }

    [Fact]
    public void An_event_has_one_id_for_receivers_and_no_two_events_share_it()
    {
        var (one, two) = (JournalScript.Servers[0], JournalScript.Servers[1]);
        HappeningKey[] keys = [new(one, HappeningRoom.Backups, 1), new(one, HappeningRoom.Backups, 11), new(one, HappeningRoom.Server, 1),
            new(two, HappeningRoom.Backups, 1)];
        Assert.Equal(keys.Length, keys.Select(key => key.MessageId).Distinct().Count());
        Assert.All(keys, key => Assert.Matches("^msg_[0-9a-f]{32}$", key.MessageId));
    }
}
