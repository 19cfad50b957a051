using HostAtlas.Agent.Uplink;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Tests.Uplink;

public sealed class PlatformClockTests
{
    private static readonly TimeSpan Half = TimeSpan.FromMinutes(30), Nine = TimeSpan.FromHours(9);
    private readonly PlatformClock _clock = new();
    private readonly List<TimeSpan> _signedWith = [];

    [Fact]
    public async Task A_refused_timestamp_is_signed_anew_with_the_told_time_and_the_next_request_begins_with_it()
    {
        Assert.Equal(202, (await AskAsync(Refused(Half), new PlatformAnswer { Status = 202, ClockReading = Half })).Status);
        Assert.Equal(202, (await AskAsync(new PlatformAnswer { Status = 202 })).Status);
        Assert.Equal([TimeSpan.Zero, Half, Half], _signedWith);
    }

    [Fact]
    public async Task A_platform_that_tells_another_time_with_each_answer_is_asked_twice()
    {
        Assert.Equal(401, (await AskAsync(Refused(Half), Refused(Nine), Refused(Half))).Status);
        Assert.Equal([TimeSpan.Zero, Half], _signedWith);
        Assert.Equal(Nine, _clock.Offset);
    }

    [Fact]
    public async Task Without_another_time_there_is_nothing_to_ask_again_with()
    {
        Assert.Equal(401, (await AskAsync(Refused(null), Refused(null))).Status);
        Assert.Equal(401, (await AskAsync(Refused(TimeSpan.FromSeconds(1)), Refused(null))).Status);
        Assert.Equal(401, (await AskAsync(new PlatformAnswer
        {
            Status = 401,
            Slug = ProblemSlug.CredentialsRejected,
            ClockReading = Half,
        }, Refused(null))).Status);
        Assert.Equal(3, _signedWith.Count);
    }

    [Fact]
    public async Task What_another_connection_learned_meanwhile_is_kept_and_used()
    {
        var answer = await _clock.AskAsync(offset =>
        {
            _signedWith.Add(offset);
            _clock.Offset = Half;
            return Task.FromResult(_signedWith.Count == 1 ? Refused(null) : new PlatformAnswer { Status = 202 });
        });
        Assert.Equal(202, answer.Status);
        Assert.Equal([TimeSpan.Zero, Half], _signedWith);
        Assert.Equal(Half, _clock.Offset);
    }

    private static PlatformAnswer Refused(TimeSpan? reading) =>
        new() { Status = 401, Slug = ProblemSlug.TimestampOutsideWindow, ClockReading = reading };

    private Task<PlatformAnswer> AskAsync(params PlatformAnswer[] answers)
    {
        var next = 0;
        return _clock.AskAsync(offset =>
        {
            _signedWith.Add(offset);
            return Task.FromResult(answers[next++]);
        });
    }
}
