using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Teams;

public sealed class ChannelDecisionsTests
{
    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly WantedChannel Hook = new(
        Named.Id<ChannelId>("hook"), ChannelKind.Webhook, IsNew: true, "https://hooks.example.org/s3cret", ["*"], null,
        Named.Bytes("first"));
    private static readonly WantedChannel Mail = new(
        Named.Id<ChannelId>("mail"), ChannelKind.Email, IsNew: true, "ops@example.org", ["backup.frozen"], null, null);

    private static readonly TeamState Both = After(TeamWith.Everyone, Set(TeamWith.Everyone, Hook, Mail));

    [Fact]
    public void Channels_are_added_changed_and_removed_by_naming_all_of_them()
    {
        Assert.Equal([Hook.Id, Mail.Id], Both.AllChannels.Select(channel => channel.Id));
        var changed = Set(Both, Hook with { IsNew = false, Events = ["backup.frozen"], Secret = null });
        Assert.Collection(changed.Events,
            gone => Assert.Equal(Mail.Id, Assert.IsType<ChannelRemoved>(gone).Channel),
            other => Assert.Equal(["backup.frozen"], Assert.IsType<ChannelChanged>(other).To.Events));
        var kept = Assert.Single(After(Both, changed).AllChannels);
        Assert.Equal(Named.Bytes("first"), Assert.Single(kept.SecretsAt(Named.Noon)));
        Assert.Equal([Hook.Id], Assert.IsType<TeamChannels>(changed.Reply).Items.Select(channel => channel.Id));
    }

    [Fact]
    public void The_same_again_changes_nothing_also_when_the_answer_to_the_first_was_lost()
    {
        Assert.Empty(Set(Both, Hook, Mail).Events);
        Assert.Empty(Set(Both, Hook with { IsNew = false }, Mail with { IsNew = false }).Events);
    }

    [Fact]
    public void A_channel_that_the_team_does_not_have_too_many_and_another_kind_are_refused_as_a_whole()
    {
        var unknown = Mail with { Id = Named.Id<ChannelId>("other"), IsNew = false };
        Assert.Equal(RefusalKind.NotFound, Assert.IsType<Refused>(Set(Both, Hook, unknown).Reply).Kind);
        Assert.Equal(RefusalKind.Conflict, Assert.IsType<Refused>(Set(Both, Hook with { Kind = ChannelKind.Email }).Reply).Kind);
        var many = Enumerable.Range(0, TeamDecisions.MaxChannels + 1).Select(i => Mail with { Id = Named.Id<ChannelId>($"{i}") });
        var refused = Set(Both, [.. many]);
        Assert.Equal((RefusalKind.Conflict, 0), (Assert.IsType<Refused>(refused.Reply).Kind, refused.Events.Count));
    }

    [Fact]
    public void A_secret_that_was_replaced_signs_beside_its_successor_until_its_end()
    {
        var rotate = new RotateChannelSecret(Team, Hook.Id, Named.Bytes("second"), 60, Named.Ada);
        var rotated = After(Both, TeamDecisions.Decide(Both, rotate, Named.Noon));
        Assert.Equal([Named.Bytes("second"), Named.Bytes("first")], Secrets(rotated, Named.Noon.AddSeconds(59)));
        Assert.Equal([Named.Bytes("second")], Secrets(rotated, Named.Noon.AddSeconds(60)));
        Assert.Empty(TeamDecisions.Decide(rotated, rotate, Named.Noon).Events);
        // A third one: the oldest gives way.
        var third = After(rotated, TeamDecisions.Decide(rotated, rotate with { Secret = Named.Bytes("third") }, Named.Noon.AddSeconds(1)));
        Assert.Equal([Named.Bytes("third"), Named.Bytes("second")], Secrets(third, Named.Noon.AddSeconds(2)));
        Assert.Equal(RefusalKind.Conflict,
            Assert.IsType<Refused>(TeamDecisions.Decide(Both, rotate with { Channel = Mail.Id }, Named.Noon).Reply).Kind);
        Assert.Equal(RefusalKind.NotFound, Assert.IsType<Refused>(
            TeamDecisions.Decide(Both, rotate with { Channel = Named.Id<ChannelId>("other") }, Named.Noon).Reply).Kind);
    }

    [Fact]
    public void A_receiver_that_wants_nothing_more_is_disabled_until_a_person_enables_it()
    {
        var note = new NoteChannelGone(Team, Hook.Id, Author.Platform);
        var gone = After(Both, TeamDecisions.Decide(Both, note, Named.Noon));
        Assert.Empty(TeamDecisions.Decide(gone, note, Named.Noon).Events);
        var shown = Shown(gone);
        Assert.Equal((false, (DateTimeOffset?)Named.Noon, false), (shown.Terms.Enabled, shown.GoneAt, shown.Hears("backup.frozen")));
        // What GET shows may be sent back as it is.
        Assert.Empty(Set(gone, Hook with { IsNew = false, Enabled = false }, Mail with { IsNew = false }).Events);
        Assert.Empty(Set(gone, Hook with { IsNew = false }, Mail with { IsNew = false }).Events);
        var back = Shown(After(gone, Set(gone, Hook with { IsNew = false, Enabled = true }, Mail with { IsNew = false })));
        Assert.Equal((true, null, true), (back.Terms.Enabled, back.GoneAt, back.Hears("anything.new")));
    }

    [Fact]
    public void No_record_prints_a_target_or_a_secret()
    {
        object[] all = [Hook, Both.AllChannels[0], Both.AllChannels[0].Secrets[0], .. Set(TeamWith.Everyone, Hook, Mail).Events,
            new SetChannels(Team, [Hook], Named.Ada), new RotateChannelSecret(Team, Hook.Id, Named.Bytes("second"), 0, Named.Ada)];
        Assert.All(all, one => Assert.DoesNotContain("example.org", one.ToString(), StringComparison.Ordinal));
    }

    private static TeamChannel Shown(TeamState state) => Assert.IsType<ChannelFound>(
        TeamDecisions.Decide(state, new FindChannel(Team, Hook.Id), Named.Noon).Reply).Channel;

    private static IEnumerable<byte[]> Secrets(TeamState state, DateTimeOffset now) => Assert.IsType<ChannelFound>(
        TeamDecisions.Decide(state, new FindChannel(Team, Hook.Id), now).Reply).Secrets;

    private static Decision Set(TeamState state, params IReadOnlyList<WantedChannel> channels) =>
        TeamDecisions.Decide(state, new SetChannels(Team, channels, Named.Ada), Named.Noon);

    private static TeamState After(TeamState state, Decision decision) => decision.Events.Aggregate(state, TeamState.Apply);
}
