using Akka.Actor;
using HostAtlas.Engine.Servers;
using HostAtlas.Shared;

namespace HostAtlas.Engine.Tests.Servers;

public sealed class ReplaySetTests
{
    private const long Now = 1_800_000_000;
    private static readonly Guid Call = new("00000000-0000-4000-8000-000000000001"), Other = new("00000000-0000-4000-8000-000000000002");
    private readonly ReplaySet _set = new();

    [Fact]
    public void In_flight_the_same_call_joins_and_another_is_a_replay()
    {
        Assert.Equal(Admission.Admitted, Enter(1, Call));
        Assert.Equal(Admission.Joined, Enter(1, Call));
        Assert.Equal(Admission.Replayed, Enter(1, Other));
        Assert.Single(_set.Commit(1));
    }

    [Fact]
    public void Committed_every_call_is_a_replay()
    {
        Enter(1, Call);
        _set.Commit(1);
        Assert.Equal(Admission.Replayed, Enter(1, Call));
        Assert.Equal(Admission.Replayed, Enter(1, Other));
    }

    [Fact]
    public void Failed_is_forgotten_and_the_same_bytes_may_come_again()
    {
        Enter(1, Call);
        Enter(1, Call);
        Assert.Single(_set.Forget(1));
        Assert.Equal(Admission.Admitted, Enter(1, Other));
        Assert.Empty(_set.Commit(1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    [InlineData(-60)]
    public void A_signature_is_kept_until_660_seconds_after_its_own_timestamp(int offsetSeconds)
    {
        Assert.Equal(Admission.Admitted, _set.Enter(1, Call, Now + offsetSeconds, Now, ActorRefs.Nobody));
        _set.Commit(1);
        var last = Now + offsetSeconds + Limits.ReplayKeptSeconds;
        Assert.Equal(Admission.Replayed, _set.Enter(1, Other, last, last, ActorRefs.Nobody));
    }

    [Fact]
    public void The_set_is_full_at_its_limit_and_empties_with_time()
    {
        for (var i = 0; i < Limits.ReplaySetSize; i++)
        {
            Assert.Equal(Admission.Admitted, Enter(i, Call));
            _set.Commit(i);
        }
        Assert.Equal(Admission.Full, Enter(-1, Call));
        Assert.Equal(Admission.Replayed, Enter(0, Call));
        Assert.Equal(Limits.ReplaySetSize, _set.Count);

        var later = Now + Limits.ReplayKeptSeconds + 20;
        Assert.Equal(Admission.Admitted, _set.Enter(-1, Call, later, later, ActorRefs.Nobody));
        Assert.Equal(1, _set.Count);
    }

    [Fact]
    public void What_is_in_flight_is_kept_whatever_the_clock_says()
    {
        Enter(1, Call);
        var later = Now + 100_000;
        Assert.Equal(Admission.Replayed, _set.Enter(1, Other, later, later, ActorRefs.Nobody));
    }

    private Admission Enter(long signature, Guid call) => _set.Enter(signature, call, Now, Now, ActorRefs.Nobody);
}
