using System.Net;
using System.Text.Json;
using HostAtlas.Engine.Notifications;
using HostAtlas.Engine.Notifications.Sending;
using HostAtlas.Shared.Ids;
using MimeKit;

namespace HostAtlas.Engine.Tests.Notifications;

public sealed class SendingTests
{
    private static readonly DateTimeOffset At = Named.Noon;

    /// <summary>The vector that the specification's own libraries are tested with.</summary>
    [Fact]
    public void A_message_is_signed_as_the_specification_has_it()
    {
        const string secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        var key = Convert.FromBase64String(secret);
        var (at, body) = (DateTimeOffset.FromUnixTimeSeconds(1_614_265_330), "{\"test\": 2432232314}"u8.ToArray());
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            WebhookSignature.Of([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body));
        Assert.Equal("whsec_" + secret, WebhookSignature.Text(key));
        // While a secret is replaced, both sign, the newest first.
        var both = WebhookSignature.Of([Named.Bytes("new"), key], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body).Split(' ');
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", both[1]);
    }

    [Theory]
    // Nobody's own machine, network, provider or test bench, in whatever spelling.
    [InlineData("127.0.0.1", false)]
    [InlineData("127.255.255.254", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("100.127.255.255", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.0.0.8", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.19.0.1", false)]
    [InlineData("203.0.113.9", false)]
    [InlineData("224.0.0.251", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fec0::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd12:3456::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("1.1.1.1", true)]
    [InlineData("100.63.255.255", true)]
    [InlineData("100.128.0.0", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("::ffff:1.1.1.1", true)]
    [InlineData("2606:4700:4700::1111", true)]
    // What the operator has named, and its neighbour.
    [InlineData("10.77.1.1", true)]
    [InlineData("::ffff:10.77.1.1", true)]
    [InlineData("10.78.0.1", false)]
    [InlineData("fd00:77::1", true)]
    public void Webhooks_reach_public_addresses_and_those_that_the_operator_named(string address, bool allowed) => Assert.Equal(
        allowed, new AddressGuard([IPNetwork.Parse("10.77.0.0/16"), IPNetwork.Parse("fd00:77::/32")]).Allows(IPAddress.Parse(address)));

    [Fact]
    public void What_did_not_arrive_is_sent_again_ever_more_seldom_for_a_day()
    {
        var (now, pauses) = (At, new List<double>());
        for (var attempts = 1; RetrySchedule.Next(attempts, now, At, share: 0) is { } next; attempts++)
        {
            pauses.Add((next - now).TotalSeconds);
            now = next;
        }
        Assert.Equal([5, 300, 1_800, 7_200, 18_000, 36_000, 14_400], pauses);
        Assert.Equal(RetrySchedule.MostAttempts, pauses.Count + 1);
        Assert.InRange((now - At).TotalHours, 20, 24);
        // With all of the jitter it is still a day.
        for (var (attempts, late) = (1, At); RetrySchedule.Next(attempts, late, At, share: 1) is { } next; attempts++)
        {
            Assert.True(next < At + Happening.ToldFor);
            late = next;
        }
        Assert.Equal(At.AddMinutes(10), RetrySchedule.Next(1, At, At, 0, TimeSpan.FromMinutes(10)));
        Assert.Equal(At.AddSeconds(5), RetrySchedule.Next(1, At, At, 0, TimeSpan.FromSeconds(-1)));
        Assert.Null(RetrySchedule.Next(1, At, At, 0, TimeSpan.FromDays(2)));
        Assert.Null(RetrySchedule.Next(1, At.AddHours(24), At, 0));
    }

    [Theory]
    [InlineData(200, SendResult.Delivered, "delivered")]
    [InlineData(204, SendResult.Delivered, "delivered")]
    [InlineData(302, SendResult.Failed, "answered:302")]
    [InlineData(404, SendResult.Failed, "answered:404")]
    [InlineData(410, SendResult.Gone, "answered:410")]
    [InlineData(503, SendResult.Failed, "answered:503")]
    public void A_receivers_status_decides(int status, SendResult result, string code)
    {
        var outcome = SendOutcome.Answered(status, null);
        Assert.Equal((result, code), (outcome.Result, outcome.Code));
        Assert.EndsWith(".", outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_body_holds_type_time_and_data_and_is_the_same_each_time()
    {
        var body = NotificationBody.Of(Message("web-1"));
        Assert.Equal(body, NotificationBody.Of(Message("web-1")));
        var json = JsonDocument.Parse(body).RootElement;
        Assert.Equal("backup.frozen", json.GetProperty("type").GetString());
        Assert.Equal(At, json.GetProperty("timestamp").GetDateTimeOffset());
        var data = json.GetProperty("data");
        Assert.Equal(("web-1", "agents-gate", "https://atlas.example.org/x"), (data.GetProperty("server").GetProperty("name").GetString(),
            data.GetProperty("cause").GetString(), data.GetProperty("link").GetString()));
        Assert.Equal("Backups of web-1 are frozen", data.GetProperty("headline").GetString());
        Assert.InRange(body.Length, 1, 2_048);
    }

    [Theory]
    [InlineData("web\r\nBcc: thief@example.net\r\n\r\nbody")]
    [InlineData("web\nX-Other: 1")]
    [InlineData("wéb ☃ \"=?utf-8?q?x?=\"")]
    public void Whatever_a_server_is_called_it_becomes_no_header_of_a_mail(string name)
    {
        using var mail = MailSender.Mail(
            new MailOptions("mail.example.org", 587, false, null, null, "atlas@example.org"),
            MailboxAddress.Parse("ops@example.org"), Message(name), At);
        using var written = new MemoryStream();
        mail.WriteTo(written);
        written.Position = 0;
        using var read = MimeMessage.Load(written);
        Assert.Equal(
            ["Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-Id", "Subject", "To"],
            read.Headers.Concat(read.Body!.Headers).Select(header => header.Field).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(["ops@example.org"], read.GetRecipients().Select(to => to.Address));
        Assert.Equal("msg_1@example.org", read.MessageId);
    }

    private static Message Message(string name) => new("msg_1", Named.Id<TeamId>("team"), Named.Id<ServerId>("server"),
        new Happening(NotificationTypes.BackupFrozen, At, name, "agents-gate", null), "https://atlas.example.org/x");
}
