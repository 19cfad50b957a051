using CsCheck;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Uplink;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Tests.Uplink;

public sealed class UplinkDecisionsTests
{
    private static readonly SpoolBatch Batch = new(new Guid(1, 0, 0, new byte[8]), 1, 10);
    private static readonly TimeSpan Now = TimeSpan.FromMinutes(7);
    private static readonly UplinkState Flying = UplinkState.Initial with { InFlight = new Flight(Batch, 10) };

    private static readonly Gen<string?> Slugs = Gen.Int[0, 4].Select(i => new[]
    {
        null, ProblemSlug.InvalidContent, ProblemSlug.TooLarge, ProblemSlug.CredentialsRejected, ProblemSlug.TimestampOutsideWindow,
    }[i]);

    [Fact]
    public void An_offered_batch_is_sent_with_the_offset_and_no_second_one_beside_it()
    {
        var idle = UplinkState.Initial with { Offset = TimeSpan.FromSeconds(40) };
        var (state, actions) = UplinkDecisions.Decide(idle, new UplinkEvent.Offered(Batch, 10), Now);
        Assert.Equal([new UplinkAction.Send(Batch, TimeSpan.FromSeconds(40))], actions);
        Assert.Empty(UplinkDecisions.Decide(state, new UplinkEvent.Offered(Batch, 10), Now).Actions);
    }

    [Fact]
    public void Nothing_is_sent_before_its_time() =>
        Assert.Empty(UplinkDecisions.Decide(UplinkState.Initial with { NotBefore = Now + TimeSpan.FromMilliseconds(1) },
            new UplinkEvent.Offered(Batch, 10), Now).Actions);

    [Fact]
    public void An_acknowledgement_deletes_the_batch_and_ends_the_fault()
    {
        var failing = Flying with { Failures = 4, Fault = new UplinkFault("a", "b", "c") };
        var (state, actions) = Answered(failing, 202);
        Assert.Equal([new UplinkAction.Acknowledge(Batch)], actions);
        Assert.Equal((0, null, null, Now), (state.Failures, state.Fault, state.InFlight, state.NotBefore));
    }

    [Theory]
    [InlineData(400, ProblemSlug.MalformedRequest)]
    [InlineData(401, ProblemSlug.CredentialsRejected)]
    [InlineData(403, ProblemSlug.PlanLimitReached)]
    [InlineData(404, ProblemSlug.NotFound)]
    [InlineData(405, ProblemSlug.MethodNotAllowed)]
    [InlineData(409, ProblemSlug.RequestReplayed)]
    [InlineData(415, ProblemSlug.UnsupportedEncoding)]
    [InlineData(429, ProblemSlug.RateLimited)]
    [InlineData(500, ProblemSlug.Internal)]
    [InlineData(502, null)]
    [InlineData(503, ProblemSlug.EngineBusy)]
    [InlineData(200, null)]
    [InlineData(302, null)]
    [InlineData(422, null)]
    [InlineData(413, null)]
    public void Any_other_answer_keeps_the_report_and_waits_at_least_a_second_and_says_what_to_do(int status, string? slug)
    {
        var single = Flying with { InFlight = new Flight(Batch, 1) };
        var (state, actions) = Answered(single, status, slug);
        Assert.Empty(actions);
        Assert.True(state.NotBefore >= Now + TimeSpan.FromSeconds(1));
        Assert.Null(state.InFlight);
        Assert.Equal(1, state.Failures);
        Assert.NotEmpty(state.Fault!.NextStep);
        // The same batch goes out again, under the same id.
        var (_, again) = UplinkDecisions.Decide(state, new UplinkEvent.Offered(Batch, 1), state.NotBefore);
        Assert.Equal([new UplinkAction.Send(Batch, TimeSpan.Zero)], again);
    }

    [Fact]
    public void A_timestamp_outside_the_window_is_signed_anew_at_once_with_the_platforms_clock_but_only_once()
    {
        var answer = new PlatformAnswer
        {
            Status = 401,
            Slug = ProblemSlug.TimestampOutsideWindow,
            ClockReading = TimeSpan.FromMinutes(30),
        };
        var (state, actions) = UplinkDecisions.Decide(Flying, new UplinkEvent.Answered(answer, 0), Now);
        Assert.Equal([new UplinkAction.Send(Batch, TimeSpan.FromMinutes(30))], actions);
        (state, actions) = UplinkDecisions.Decide(state,
            new UplinkEvent.Answered(answer with { ClockReading = TimeSpan.FromHours(9) }, 0), Now);
        Assert.Empty(actions);
        Assert.Equal("clock-off", state.Fault!.Code);
        Assert.Equal(TimeSpan.FromHours(9), state.Offset);
    }

    [Fact]
    public void A_timestamp_outside_the_window_without_a_new_reading_is_not_sent_again_at_once() =>
        Assert.Empty(Answered(Flying, 401, ProblemSlug.TimestampOutsideWindow).Actions);

    [Theory]
    [InlineData(422, ProblemSlug.InvalidContent)]
    [InlineData(413, ProblemSlug.TooLarge)]
    [InlineData(413, null)]
    public void A_batch_that_is_refused_whole_is_cut(int status, string? slug)
    {
        var (state, actions) = Answered(Flying, status, slug);
        Assert.Equal([new UplinkAction.Split(Batch)], actions);
        Assert.Equal(Now, state.NotBefore);
    }

    [Theory]
    [InlineData(422, ProblemSlug.InvalidContent)]
    [InlineData(413, ProblemSlug.TooLarge)]
    public void The_one_report_that_the_platform_will_never_take_is_set_aside(int status, string slug)
    {
        var (_, actions) = Answered(Flying with { InFlight = new Flight(Batch, 1) }, status, slug);
        Assert.Equal([new UplinkAction.SetAside(Batch, $"{slug}: ")], actions);
    }

    [Fact]
    public void Retry_After_is_honoured_and_spread()
    {
        foreach (var jitter in new[] { 0, 0.5, 0.999 })
        {
            var answer = new PlatformAnswer { Status = 503, Slug = ProblemSlug.EngineBusy, RetryAfter = TimeSpan.FromSeconds(20) };
            var (state, _) = UplinkDecisions.Decide(Flying, new UplinkEvent.Answered(answer, jitter), Now);
            Assert.InRange(state.NotBefore - Now, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30));
        }
    }

    [Fact]
    public void Failures_in_a_row_wait_longer_and_longer_up_to_five_minutes()
    {
        var state = Flying;
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 20; i++)
        {
            (state, _) = UplinkDecisions.Decide(state with { InFlight = Flying.InFlight },
                new UplinkEvent.NotReached(new UplinkFault("timeout", "t", "n"), 0.999999), Now);
            waits.Add(state.NotBefore - Now);
        }
        Assert.Equal(waits.Order(), waits);
        Assert.InRange(waits[0].TotalSeconds, 1, 2);
        Assert.InRange(waits[^1].TotalSeconds, 299, 300);
    }

    [Fact]
    public void Whatever_is_answered_a_report_goes_only_on_202_or_on_the_platforms_own_refusal_of_it()
    {
        Gen.Select(Gen.Int[100, 599], Slugs, Gen.Int[1, 3], Gen.Double.Unit,
            Gen.Int[-5, 9000]).Sample((status, slug, reports, jitter, seconds) =>
        {
            var answer = new PlatformAnswer
            {
                Status = status,
                Slug = slug,
                RetryAfter = TimeSpan.FromSeconds(seconds),
                ClockReading = TimeSpan.FromSeconds(seconds),
            };
            var (state, actions) = UplinkDecisions.Decide(Flying with { InFlight = new Flight(Batch, reports) },
                new UplinkEvent.Answered(answer, jitter), Now);
            var deletes = actions.Any(a => a is UplinkAction.Acknowledge or UplinkAction.SetAside);
            var mayDelete = status == 202
                || (reports == 1 && (status, slug) is (422, ProblemSlug.InvalidContent) or (413, ProblemSlug.TooLarge));
            Assert.True(!deletes || (mayDelete && (status == 202 || reports == 1)));
            Assert.InRange(state.NotBefore - Now, -Now, TimeSpan.FromHours(1) + TimeSpan.FromSeconds(10));
        });
    }

    private static (UplinkState State, IReadOnlyList<UplinkAction> Actions) Answered(UplinkState state, int status, string? slug = null) =>
        UplinkDecisions.Decide(state, new UplinkEvent.Answered(new PlatformAnswer { Status = status, Slug = slug }, 0), Now);
}
