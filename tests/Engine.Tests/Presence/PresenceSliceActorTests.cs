using Akka.Actor;
using Akka.TestKit.Xunit2;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Storage;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Engine.Tests.Presence;

public sealed class PresenceSliceActorTests : TestKit
{
    private static readonly ServerKey Server = new(Named.Id<TeamId>("team"), Named.Id<ServerId>("one"));
    private readonly ManualTime _time = new(Named.Noon);

    [Fact]
    public void A_server_of_the_directory_that_stays_silent_is_pointed_out_to_its_door()
    {
        var directory = new Directory { Known = [new KnownServer(Server, Silent: false)] };
        var slice = Start(directory);
        AwaitAssert(() => Assert.Equal([7], directory.Asked.Distinct()));
        slice.Tell(PresenceSliceActor.SweepNow.Instance);
        ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        _time.Advance(TimeSpan.FromHours(2));
        slice.Tell(PresenceSliceActor.SweepNow.Instance);
        Assert.Equal(Server.Server, ExpectMsg<CheckSilence>().Server);
    }

    [Fact]
    public void While_the_directory_is_away_the_slice_lives_on_what_it_hears()
    {
        var directory = new Directory { Fault = new IOException("away") };
        var slice = Start(directory);
        slice.Tell(new Seen([Server], Named.Noon));
        _time.Advance(TimeSpan.FromHours(2));
        slice.Tell(PresenceSliceActor.SweepNow.Instance);
        Assert.Equal(Named.Noon, ExpectMsg<CheckSilence>().LastSeenAt);

        var other = new ServerKey(Server.Team, Named.Id<ServerId>("two"));
        (directory.Fault, directory.Known) = (null, [new KnownServer(other, Silent: false)]);
        slice.Tell(PresenceSliceActor.LoadNow.Instance);
        AwaitAssert(() => Assert.True(directory.Asked.Count > 1));
        AwaitAssert(() =>
        {
            // The clock goes on with each look: what the directory said may reach the slice after a first step of it.
            _time.Advance(TimeSpan.FromHours(2));
            slice.Tell(PresenceSliceActor.SweepNow.Instance);
            Assert.Equal(other.Server, ExpectMsg<CheckSilence>(TimeSpan.FromMilliseconds(200)).Server);
        });
    }

    // An hour, so that the slice's own sweeps do not come between those of the test.
    private IActorRef Start(IPresenceDirectory directory)
    {
        var doors = TestActor;
        var time = _time;
        return Sys.ActorOf(Props.Create(() => new PresenceSliceActor(7, TimeSpan.FromHours(1), directory, doors, time)));
    }

    private sealed class Directory : IPresenceDirectory
    {
        public List<int> Asked { get; } = [];

        public IReadOnlyList<KnownServer> Known { get; set; } = [];

        public Exception? Fault { get; set; }

        public Task<IReadOnlyList<KnownServer>> LoadSliceAsync(int slice, CancellationToken cancellation)
        {
            Asked.Add(slice);
            return Fault is null ? Task.FromResult(Known) : Task.FromException<IReadOnlyList<KnownServer>>(Fault);
        }
    }
}
