using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using HostAtlas.Engine.Operations;

namespace HostAtlas.Engine.Tests.Operations;

public sealed class OpsSocketTests(OpsFixture ops) : IClassFixture<OpsFixture>
{
    [Fact]
    public void Only_the_platforms_own_user_may_open_it() =>
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ops.SocketPath));

    [Fact]
    public async Task One_line_of_JSON_is_answered_by_one_and_then_the_connection_ends()
    {
        var answer = await ops.SendAsync("""{"verb":"help"}""");
        Assert.EndsWith("}\n", answer, StringComparison.Ordinal);
        Assert.Single(answer.TrimEnd('\n').Split('\n'));
        using var document = JsonDocument.Parse(answer);
        Assert.Equal(["exit", "stdout", "stderr"], document.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal(0, document.RootElement.GetProperty("exit").GetInt32());
        Assert.Contains("teams invite", document.RootElement.GetProperty("stdout").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("help")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"verb":null}""")]
    [InlineData("""{"verb":"help","args":[1]}""")]
    [InlineData("""{"verb":"help","args":{"a":1}}""")]
    [InlineData("{\"verb\":\"help\"")]
    [InlineData("GET / HTTP/1.1\r")]
    public async Task What_is_no_request_is_wrong_usage(string line) => AssertWrongUsage(await ops.SendAsync(line), "one line of JSON");

    [Theory]
    [InlineData("""{"verb":"teams list"}""", "Perhaps ops teams invite or ops teams plan.")]
    [InlineData("""{"verb":"rm"}""", "See: ops help")]
    [InlineData("""{"verb":"\u001b[2Jx"}""", "There is no verb '?[2Jx'.")]
    [InlineData("""{"verb":"teams plan","args":{"team":"x"}}""", "N|unlimited is missing. Usage: ops teams plan TEAM-ID")]
    [InlineData("""{"verb":"cluster show","args":{"all":"1"}}""", "'cluster show' takes no 'all'.")]
    [InlineData("""{"verb":"teams plan","args":{"team":"x","servers":"1"}}""", "TEAM-ID is a UUID")]
    public async Task A_wrong_request_is_told_what_would_be_right(string line, string hint) =>
        AssertWrongUsage(await ops.SendAsync(line), hint);

    [Fact]
    public async Task A_line_that_does_not_end_is_cut_off()
    {
        var longest = Encoding.ASCII.GetBytes(new string('x', OpsSocket.RequestBytes));
        AssertWrongUsage(await ops.SendAsync([.. longest, (byte)'\n']), "one line of JSON");
        AssertWrongUsage(await ops.SendAsync([.. longest, (byte)'x']), "longer than");
    }

    [Fact]
    public async Task Who_closes_before_the_end_of_the_line_gets_no_answer_and_harms_nobody()
    {
        Assert.Equal("", await ops.SendAsync("""{"verb":"help"}"""u8.ToArray(), thenClose: true));
        Assert.NotEqual("", await ops.SendAsync("""{"verb":"help"}"""));
    }

    [Fact]
    public async Task Who_says_nothing_does_not_hold_up_the_next()
    {
        using var silent = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await silent.ConnectAsync(new UnixDomainSocketEndPoint(ops.SocketPath));
        Assert.NotEqual("", await ops.SendAsync("""{"verb":"help"}"""));
    }

    private static void AssertWrongUsage(string line, string hint)
    {
        using var document = JsonDocument.Parse(line);
        Assert.Equal(2, document.RootElement.GetProperty("exit").GetInt32());
        Assert.Equal("", document.RootElement.GetProperty("stdout").GetString());
        Assert.Contains(hint, document.RootElement.GetProperty("stderr").GetString(), StringComparison.Ordinal);
    }
}
