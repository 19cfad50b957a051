using System.Text;
using HostAtlas.Agent.Commands;

namespace HostAtlas.Agent.Tests.Commands;

public sealed class CommandReadingTests
{
    private const string Id = "6f1c2b34-5a6d-4e8f-9a0b-1c2d3e4f5a6b", At = "\"2026-11-24T12:00:00Z\"";

    [Theory]
    [InlineData("agent.ping", "{}")]
    [InlineData("agent.ping", "null")]
    [InlineData("backup.run", "{}")]
    [InlineData("inventory.refresh", "{}")]
    [InlineData("backup.verify", "{}")]
    [InlineData("backup.verify", "{\"readDataPercent\":1}")]
    [InlineData("backup.verify", "{\"readDataPercent\":100}")]
    public void The_closed_set_is_understood(string kind, string arguments)
    {
        var one = Assert.Single(Read(kind, arguments)!);
        Assert.NotNull(one.Command);
        Assert.Equal((Id, kind, ""), (one.Id.ToString(), one.Kind, one.Why));
        Assert.Equal(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero), one.IssuedAt);
    }

    [Theory]
    [InlineData("shell.run", "{}")]
    [InlineData("", "{}")]
    [InlineData("Agent.Ping", "{}")]
    [InlineData("agent.ping ", "{}")]
    [InlineData("agent.ping", "[]")]
    [InlineData("agent.ping", "\"now\"")]
    [InlineData("agent.ping", "{\"command\":\"rm -rf /\"}")]
    [InlineData("backup.run", "{\"roots\":[\"/etc\"]}")]
    [InlineData("backup.run", "{\"pre\":\"curl http://10.0.0.1\"}")]
    [InlineData("backup.run", "{\"readDataPercent\":5}")]
    [InlineData("inventory.refresh", "{\"path\":\"/etc/shadow\"}")]
    [InlineData("backup.verify", "{\"readDataPercent\":0}")]
    [InlineData("backup.verify", "{\"readDataPercent\":101}")]
    [InlineData("backup.verify", "{\"readDataPercent\":1.5}")]
    [InlineData("backup.verify", "{\"readDataPercent\":\"10\"}")]
    [InlineData("backup.verify", "{\"readDataPercent\":1e400}")]
    [InlineData("backup.verify", "{\"readDataPercent\":null}")]
    [InlineData("backup.verify", "{\"readDataPercent\":10,\"path\":\"/etc\"}")]
    public void What_is_not_of_the_closed_set_has_a_reason_and_no_command(string kind, string arguments)
    {
        var one = Assert.Single(Read(kind, arguments)!);
        Assert.Null(one.Command);
        Assert.NotEmpty(one.Why);
    }

    [Theory]
    [InlineData("{\"commands\":[]}", 0)]
    [InlineData("{\"commands\":[1,null,\"x\",[],{}]}", 0)]
    [InlineData("{\"commands\":[{\"id\":\"../../../etc\",\"kind\":\"agent.ping\",\"arguments\":{},\"issuedAt\":" + At + "}]}", 0)]
    [InlineData("{\"commands\":[{\"id\":\"6F1C2B34-5A6D-4E8F-9A0B-1C2D3E4F5A6B\",\"kind\":\"agent.ping\",\"issuedAt\":" + At + "}]}", 0)]
    [InlineData("{\"commands\":[{\"id\":7,\"kind\":\"agent.ping\",\"issuedAt\":" + At + "}]}", 0)]
    [InlineData("{\"commands\":[{\"id\":\"" + Id + "\"}]}", 1)]
    [InlineData("{\"more\":1,\"commands\":[{\"id\":\"" + Id + "\",\"kind\":[],\"issuedAt\":" + At + "},5]}", 1)]
    public void What_has_no_id_has_no_answer_and_spoils_nothing_else(string body, int expected) =>
        Assert.Equal(expected, CommandReading.Read(Encoding.UTF8.GetBytes(body))!.Count(one => one.Command is null));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"commands\":{}}")]
    [InlineData("{\"commands\":[")]
    [InlineData("{\"commands\":[],\"commands\":[]}")]
    [InlineData("<html></html>")]
    [InlineData("{\"commands\":[[[[[[[[[[]]]]]]]]]]}")]
    public void What_is_no_list_of_commands_is_none(string body) => Assert.Null(CommandReading.Read(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("1764000000000", true)]
    [InlineData("\"2026-11-24T12:00:00+01:00\"", true)]
    [InlineData("-1", false)]
    [InlineData("1e300", false)]
    [InlineData("99999999999999999", false)]
    [InlineData("\"yesterday\"", false)]
    [InlineData("{}", false)]
    public void A_command_says_when_it_was_issued(string at, bool understood) => Assert.Equal(understood, Assert.Single(CommandReading.Read(
        Encoding.UTF8.GetBytes($"{{\"commands\":[{{\"id\":\"{Id}\",\"kind\":\"agent.ping\",\"issuedAt\":{at}}}]}}"))!).Command is not null);

    [Fact]
    public void Sixteen_are_looked_at_whatever_their_number()
    {
        var one = $"{{\"id\":\"{Id}\",\"kind\":\"agent.ping\",\"issuedAt\":{At}}}";
        var body = $"{{\"commands\":[{string.Join(',', Enumerable.Repeat(one, 500))}]}}";
        Assert.Equal(16, CommandReading.Read(Encoding.UTF8.GetBytes(body))!.Count);
    }

    [Fact]
    public void A_kind_is_shown_short_and_on_one_line()
    {
        var kind = "a\\n\\u001b[31m" + new string('x', 5_000);
        var shown = Assert.Single(Read(kind, "{}")!).Kind;
        Assert.Equal(60, shown.Length);
        Assert.DoesNotContain(shown, char.IsControl);
    }

    private static IReadOnlyList<ReceivedCommand>? Read(string kind, string arguments) => CommandReading.Read(Encoding.UTF8.GetBytes(
        $"{{\"commands\":[{{\"id\":\"{Id}\",\"kind\":\"{kind}\",\"arguments\":{arguments},\"issuedAt\":{At},\"later\":true}}]}}"));
}
