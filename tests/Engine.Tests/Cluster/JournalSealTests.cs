using System.Text;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Tests.Storage.Sealing;
using HostAtlas.Engine.Users;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Engine.Tests.Cluster;

public sealed class JournalSealTests
{
    private static readonly TeamId Team = Named.Id<TeamId>("team"), OtherTeam = Named.Id<TeamId>("other");
    private static readonly ServerId Server = Named.Id<ServerId>("server");
    private static readonly string TeamEntity = $"team-{Team}", ServerEntity = $"server-{Team}.{Server}",
        Person = $"user-{Named.Address("ada")}";

    public static TheoryData<string, object> Events => new()
    {
        { TeamEntity, new TeamFounded("Müller & Söhne", Named.Noon, Named.Ada) },
        { ServerEntity, new TokenIssued(Named.Hash("t"), Named.Noon, Named.Noon, Named.Ada) },
        { Person, new UserRegistered(Named.Id<UserId>("ada"), "ada@example.org", "hash", Named.Noon, Named.Ada) },
    };

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_opens_where_it_was_sealed_and_says_nothing_before(string entity, object happened)
    {
        var journal = TestSeals.Journal.Of(entity);
        var sealedEvent = journal.Seal((IEntityEvent)happened, 7);
        Assert.Equal(happened, journal.Open(sealedEvent, 7));
        Assert.Equal(-1, sealedEvent.Bytes.AsSpan().IndexOf("\"at\""u8));
        Assert.DoesNotContain("example", sealedEvent.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_that_was_moved_in_its_order_or_to_another_entity_does_not_open(string entity, object happened)
    {
        var sealedEvent = TestSeals.Journal.Of(entity).Seal((IEntityEvent)happened, 7);
        Broken(entity, 6);
        Broken(entity, 8);
        string[] others = [TeamEntity, ServerEntity, Person, $"team-{OtherTeam}", $"server-{Team}.{Named.Id<ServerId>("other")}",
            $"server-{OtherTeam}.{Server}", $"user-{Named.Address("bob")}", "something-else"];
        // The other team has keys of its own: what fails is the seal, not the look-up.
        TestSeals.Teams.Get(OtherTeam);
        foreach (var other in others.Where(other => other != entity)) Broken(other, 7);
        // Nor is an event ever taken for a snapshot.
        Assert.Throws<SealBrokenException>(() => TestSeals.Journal.Of(entity).Open(new SealedSnapshot(sealedEvent.Bytes), 7));

        void Broken(string at, long number) =>
            Assert.Throws<SealBrokenException>(() => TestSeals.Journal.Of(at).Open(sealedEvent, number));
    }

    [Fact]
    public void A_snapshot_opens_at_its_own_number_only()
    {
        var journal = TestSeals.Journal.Of(ServerEntity);
        var state = ServerState.Nobody with { FirstReportAt = Named.Noon };
        var snapshot = journal.Seal(state, 100);
        Assert.Equivalent(state, journal.Open(snapshot, 100), strict: true);
        Assert.Throws<SealBrokenException>(() => journal.Open(snapshot, 200));
    }

    [Fact]
    public void A_persons_events_open_under_every_root_of_the_ring_and_the_newest_seals()
    {
        byte[] old = Named.Bytes("old root"), young = Named.Bytes("young root");
        var before = Seal(old).Of(Person).Seal(new MembershipNoted(Team, Named.Noon), 2);
        var ring = Seal([.. young, .. old]);
        Assert.Equal(new MembershipNoted(Team, Named.Noon), ring.Of(Person).Open(before, 2));
        var after = ring.Of(Person).Seal(new MembershipNoted(Team, Named.Noon), 3);
        Assert.Equal((RootKeys.IdOf(old), RootKeys.IdOf(young)), (PlatformSeal.RootIdOf(before.Bytes), PlatformSeal.RootIdOf(after.Bytes)));
        Assert.Throws<SealBrokenException>(() => Seal(old).Of(Person).Open(after, 3));

        static JournalSeal Seal(byte[] ring)
        {
            var roots = new RootKeys(ring);
            return new JournalSeal(new TeamSeals(new MemoryKeyStore(), roots, TimeProvider.System), new PlatformSeal(roots));
        }
    }

    [Theory]
    [InlineData("teams", TeamSerializer.Id)]
    [InlineData("users", UserSerializer.Id)]
    [InlineData("servers", ServerSerializer.Id)]
    public void Within_the_seal_lie_serializer_manifest_and_the_golden_files_own_bytes(string room, int serializer)
    {
        foreach (var (name, sample) in WireSamples.Of(room))
        {
            var manifest = name.Split('~')[0];
            byte[] expected = [0, 0, (byte)(serializer >> 8), (byte)serializer, (byte)manifest.Length, .. Encoding.ASCII.GetBytes(manifest),
                .. File.ReadAllBytes(Repository.Vector("serialization", room, $"{name}.json"))];
            Assert.Equal(expected, WireCodec.Write(sample));
            Assert.Equivalent(sample, WireCodec.Read(expected), strict: true);
        }
    }

    [Fact]
    public void What_this_version_does_not_know_is_an_error_and_not_a_guess()
    {
        var founded = WireCodec.Write(new TeamFounded("Acme", Named.Noon, Named.Ada));
        founded[4 + "founded.1".Length] = (byte)'2';
        Assert.Throws<System.Runtime.Serialization.SerializationException>(() => WireCodec.Read(founded));
        Assert.Throws<System.Runtime.Serialization.SerializationException>(() => WireCodec.Read(founded.AsSpan(0, 8)));
        Assert.Throws<System.Runtime.Serialization.SerializationException>(() => WireCodec.Write("no event"));
    }
}
