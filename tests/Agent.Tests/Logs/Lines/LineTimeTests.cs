using System.Globalization;
using System.Text;
using CsCheck;
using HostAtlas.Agent.Logs.Lines;

namespace HostAtlas.Agent.Tests.Logs.Lines;

public sealed class LineTimeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 20, 0, 0, TimeSpan.Zero);
    private static readonly TimeZoneInfo Zone = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(2), "test", "test");

    private static readonly Gen<string> Known = Gen.OneOf(Gen.Const("2026-11-25T19:50:10.1234567+01:00"),
        Gen.Const("Nov 25 19:50:10 x"), Gen.Const("a [25/Nov/2026:19:50:10 +0000]"));

    [Theory]
    [InlineData("2026-11-25T19:50:10Z x", "2026-11-25T19:50:10Z")]
    [InlineData("2026-11-25T19:50:10.123456+01:00 x", "2026-11-25T18:50:10.123456Z")]
    [InlineData("2026-11-25 19:50:10,5 x", "2026-11-25T17:50:10.5Z")]
    [InlineData("[2026-11-25 19:50:10 +0100] x", "2026-11-25T18:50:10Z")]
    [InlineData("2026/11/25 19:50:10 [error] 1#1: x", "2026-11-25T17:50:10Z")]
    [InlineData("Nov 25 19:50:10 host sshd[1]: x", "2026-11-25T17:50:10Z")]
    [InlineData("Nov  5 19:50:10 host x", "2026-11-05T17:50:10Z")]
    [InlineData("Dec 31 23:59:59 host x", "2025-12-31T21:59:59Z")]
    [InlineData("203.0.113.9 - - [25/Nov/2026:19:50:10 +0000] \"GET / HTTP/1.1\" 200", "2026-11-25T19:50:10Z")]
    public void A_known_form_at_the_beginning_is_the_time(string line, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), LineTime.Of(Encoding.UTF8.GetBytes(line), Now, Zone));

    [Theory]
    [InlineData("")]
    [InlineData("no time")]
    [InlineData("2026-02-30T19:50:10Z")]
    [InlineData("2026-11-25T25:50:10Z")]
    [InlineData("2026-11-25T21:50:10Z in the future")]
    [InlineData("1999-11-25T19:50:10Z of another age")]
    [InlineData("Feb 30 19:50:10 x")]
    [InlineData("x [25/Nov/2026:19:50:10")]
    public void Without_one_that_can_be_true_it_is_the_time_of_reading(string line) =>
        Assert.Equal(Now, LineTime.Of(Encoding.UTF8.GetBytes(line), Now, Zone));

    [Fact]
    public void No_bytes_break_it() => Gen.Select(Gen.Byte.Array[0, 60], Known, Gen.Int[0, 34]).Sample((bytes, known, at) =>
    {
        // A known form with anything in it.
        byte[] line = [.. Encoding.ASCII.GetBytes(known[..Math.Min(at, known.Length)]), .. bytes];
        Assert.InRange(LineTime.Of(line, Now, Zone), Now.AddDays(-366), Now.AddMinutes(5));
    }, iter: 2_000);
}
