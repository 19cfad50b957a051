using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using HostAtlas.Agent.Backup.Run;
using HostAtlas.Agent.Backup.Schedule;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Status;
using HostAtlas.Agent.Tests.Platform;
using HostAtlas.Agent.Uplink;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Tests.Status;

/// <summary>Whatever is wrong, <c>status</c> says what it is and what to do about it.</summary>
public sealed class NextStepTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(50);
    private static readonly Uri Url = new("https://atlas.example.net");

    [Fact]
    public void Each_answer_that_is_no_acknowledgement_has_words_a_code_and_a_next_step()
    {
        var slugs = typeof(ProblemSlug).GetFields().Select(field => (string?)field.GetRawConstantValue())
            .Where(slug => slug?.StartsWith("urn:", StringComparison.Ordinal) == false).Append(null).ToList();
        Assert.True(slugs.Count > 15, "The protocol has more problems than that.");
        var answers = from status in new[] { 200, 204, 301, 307, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 423, 429, 500, 502, 503 }
                      from slug in slugs
                      from detail in new[] { "", "It is so." }
                      select new PlatformAnswer { Status = status, Slug = slug, Detail = detail };
        Assert.All(answers, answer => IsTold(AnswerFault.Of(answer)));
    }

    [Fact]
    public void Each_end_of_a_connection_has_words_a_code_and_a_next_step()
    {
        var ends = new Exception[]
        {
            new HttpRequestException(HttpRequestError.ProxyTunnelError), new SocketException((int)SocketError.ConnectionRefused),
            new SocketException((int)SocketError.HostNotFound), new SocketException((int)SocketError.TryAgain),
            new SocketException((int)SocketError.TimedOut), new SocketException((int)SocketError.NetworkUnreachable),
            new TimeoutException(), new OperationCanceledException(), new IOException("broken\npipe."),
            new AuthenticationException("tls: protocol version"), new HttpRequestException(HttpRequestError.SecureConnectionError),
            new HttpRequestException(HttpRequestError.ResponseEnded), new HttpRequestException(HttpRequestError.InvalidResponse),
        };
        Assert.All(ends, end => IsTold(ConnectionFaults.Of(new HttpRequestException("outer", end), Url, null)));
        Assert.All(ends, end => IsTold(ConnectionFaults.Of(end, Url, new Uri("http://proxy.example.net:3128"))));
        IsTold(ConnectionFaults.AnswerTooLarge);
        IsTold(ConnectionFaults.Timeout("atlas.example.net"));
        foreach (var reason in Enum.GetValues<CertificateRefusalReason>())
        {
            var refusal = new CertificateRefusal(reason, "CN=x", Now.AddDays(-2), Now.AddDays(-1));
            IsTold(ConnectionFaults.Of(refusal, Url, null, Now));
            IsTold(ConnectionFaults.Of(refusal, Url, "/etc/hostatlas/ca.pem", Now));
        }
    }

    [Fact]
    public void Only_who_keeps_what_could_not_be_sent_says_so_and_once()
    {
        var timeout = ConnectionFaults.Timeout("atlas.example.net");
        Assert.Equal("Check the network and the platform", timeout.NextStep);
        var kept = timeout.Keeping("log lines");
        Assert.Equal("Check the network and the platform; log lines are kept meanwhile", kept.NextStep);
        Assert.Equal(kept, kept.Keeping("reports"));
        Assert.Equal(ConnectionFaults.AnswerTooLarge, ConnectionFaults.AnswerTooLarge.Keeping("reports"));
    }

    [Theory]
    [InlineData(false, false, "not enrolled", "hostatlas-agent enroll")]
    [InlineData(true, false, "not running", "systemctl start hostatlas-agent")]
    public void What_is_not_there_is_told(bool enrolled, bool running, string summary, string nextStep)
    {
        var report = StatusReport.Of(enrolled ? TestTokens.Parsed().Server : null, running, null, null, null, Now);
        Assert.Contains(summary, report.Summary, StringComparison.Ordinal);
        Assert.Contains(nextStep, report.NextStep, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "2026-11-24", "failed")]
    [InlineData(3, "2026-11-24", "stopped")]
    [InlineData(null, null, "killed")]
    [InlineData(0, "2026-11-20", "did not run")]
    public void A_backup_that_is_not_as_it_should_be_is_told(int? code, string? ended, string expected)
    {
        var now = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
        var began = ended is null ? now.AddHours(-1) : DateTimeOffset.Parse(ended + "T10:00:00Z", null);
        var last = new LastRun { BeganAt = began, EndedAt = ended is null ? null : began, Code = code, Text = "the disk is full" };
        var backup = BackupStatus.Of(BackupSchedule.TryParse("0 3 * * *", null, out _), last, false, now, TimeZoneInfo.Utc);
        var well = Well(now);
        var report = StatusReport.Of(TestTokens.Parsed().Server, true, well, null, well.Spool, now, backup);
        Assert.False(report.Healthy);
        Assert.Contains(expected, report.Summary, StringComparison.Ordinal);
        Assert.Contains("hostatlas-agent backup", report.NextStep, StringComparison.Ordinal);
    }

    private static AgentStatus Well(DateTimeOffset now) => new()
    {
        Version = "0.1.0",
        ProcessId = 1,
        StartedAt = now.AddHours(-1),
        UpdatedAt = now,
        Url = "https://x",
        Server = TestTokens.Parsed().Server,
        IntervalSeconds = 10,
        LastAcceptedAt = now,
        Spool = new SpoolLevel(0, 0, 1 << 20, SpoolGap.None, 0, 0),
        ClockOffsetSeconds = 0,
    };

    private static void IsTold(UplinkFault fault)
    {
        Assert.Matches("^[a-z][a-z0-9-]+$", fault.Code);
        Assert.False(string.IsNullOrWhiteSpace(fault.Text));
        Assert.False(string.IsNullOrWhiteSpace(fault.NextStep));
        Assert.DoesNotMatch(@"[.\s]$", fault.Text);
        Assert.DoesNotMatch(@"[.\s]$", fault.NextStep);
        Assert.DoesNotContain('\n', fault.ToString());
    }
}
