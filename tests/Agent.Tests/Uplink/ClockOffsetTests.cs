using CsCheck;
using HostAtlas.Agent.Uplink;

namespace HostAtlas.Agent.Tests.Uplink;

public sealed class ClockOffsetTests
{
    private static readonly DateTimeOffset Local = DateTimeOffset.FromUnixTimeSeconds(1_712_150_400);

    [Fact]
    public void A_reading_is_within_half_a_second_and_half_the_round_trip_of_the_truth() =>
        Gen.Select(Gen.Double[-1e6, 1e6], Gen.Double[0, 4.99], Gen.Double.Unit).Sample((ahead, roundTrip, answeredAt) =>
        {
            // The platform writes its date at some moment of the round trip.
            var written = Local - TimeSpan.FromSeconds(roundTrip * answeredAt) + TimeSpan.FromSeconds(ahead);
            var reading = ClockOffset.Measure(written.ToUnixTimeSeconds(), Local, TimeSpan.FromSeconds(roundTrip));
            Assert.InRange(reading!.Value.TotalSeconds - ahead, -0.51 - (roundTrip / 2), 0.51 + (roundTrip / 2));
        });

    [Theory]
    [InlineData(5.0, 1_712_150_400)]
    [InlineData(0.1, 999_999_999)]
    [InlineData(0.1, -1)]
    [InlineData(0.1, long.MaxValue)]
    public void A_slow_answer_or_an_impossible_date_is_no_reading(double roundTripSeconds, long platform) =>
        Assert.Null(ClockOffset.Measure(platform, Local, TimeSpan.FromSeconds(roundTripSeconds)));

    [Fact]
    public void Noise_does_not_move_the_offset_and_a_real_difference_does()
    {
        var current = TimeSpan.FromSeconds(10);
        Assert.Equal(current, ClockOffset.Update(current, null));
        Assert.Equal(current, ClockOffset.Update(current, TimeSpan.FromSeconds(11.9)));
        Assert.Equal(TimeSpan.FromSeconds(-5), ClockOffset.Update(current, TimeSpan.FromSeconds(-5)));
    }
}
