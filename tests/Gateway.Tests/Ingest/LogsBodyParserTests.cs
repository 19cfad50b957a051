using System.Text;
using HostAtlas.Engine.Logs;
using HostAtlas.Engine.Servers;
using HostAtlas.Gateway.Ingest;
using HostAtlas.Shared;

namespace HostAtlas.Gateway.Tests.Ingest;

/// <summary>What is a batch of lines, what is refused, and where the fault is said to be.</summary>
public sealed class LogsBodyParserTests
{
    private const string Id = "5c0e1f7a-9b34-4d2e-8f60-1a7b3c9d2e45";

    [Fact]
    public void Lines_are_read_whatever_the_order_of_their_members_and_however_they_are_escaped()
    {
        var batch = Parse($$"""
            {"more": {"x": []}, "lines": [
                {"at": 1, "source": "/var/log/a", "text": "plain ☃"},
                {"text": "tab\t \u00fc \ud83d\ude00 \"", "unknown": 1, "source": "\u002fb", "at": 0},
                {"at": 9007199254740993, "text": "", "source": "c"}], "batch": "{{Id}}"}
            """);
        Assert.Equal(["1 0 /var/log/a|plain ☃", "0 1 /b|tab\t ü 😀 \"", "9007199254740993 2 c|"], batch.Rows.Select(row =>
        {
            LogEntry.Read(batch.EntryOf(row), out var source, out var text);
            return $"{row.AtMs} {row.Number} {Encoding.UTF8.GetString(source)}|{Encoding.UTF8.GetString(text)}";
        }));
        Assert.Equal(unchecked((long)0x8f601a7b3c9d2e45), batch.Key);
        Assert.Equal(0x0102030405060708, batch.SignatureKey);
    }

    [Theory]
    [InlineData("""{"batch": "ID"}""", "/lines")]
    [InlineData("""{"batch": "ID", "lines": []}""", "/lines")]
    [InlineData("""{"batch": "ID", "lines": {}}""", "/lines")]
    [InlineData("""{"batch": "ID", "lines": [LINE], "lines": [LINE]}""", "/lines")]
    [InlineData("""{"lines": [LINE]}""", "/batch")]
    [InlineData("""{"batch": "5C0E1F7A-9B34-4D2E-8F60-1A7B3C9D2E45", "lines": [LINE]}""", "/batch")]
    [InlineData("""{"batch": 7, "lines": [LINE]}""", "/batch")]
    [InlineData("""{"batch": "ID", "lines": [LINE, "x"]}""", "/lines/1")]
    [InlineData("""{"batch": "ID", "lines": [{"source": "a", "text": "b"}]}""", "/lines/0/at")]
    [InlineData("""{"batch": "ID", "lines": [{"at": -1, "source": "a", "text": "b"}]}""", "/lines/0/at")]
    [InlineData("""{"batch": "ID", "lines": [{"at": 1.5, "source": "a", "text": "b"}]}""", "/lines/0/at")]
    [InlineData("""{"batch": "ID", "lines": [{"at": "1", "source": "a", "text": "b"}]}""", "/lines/0/at")]
    [InlineData("""{"batch": "ID", "lines": [{"at": 1, "at": 1, "source": "a", "text": "b"}]}""", "/lines/0/at")]
    [InlineData("""{"batch": "ID", "lines": [{"at": 1, "text": "b"}]}""", "/lines/0/source")]
    [InlineData("""{"batch": "ID", "lines": [{"at": 1, "source": "", "text": "b"}]}""", "/lines/0/source")]
    [InlineData("""{"batch": "ID", "lines": [{"at": 1, "source": ["a"], "text": "b"}]}""", "/lines/0/source")]
    [InlineData("""{"batch": "ID", "lines": [{"at": 1, "source": "LONG", "text": "b"}]}""", "/lines/0/source")]
    [InlineData("""{"batch": "ID", "lines": [{"at": 1, "source": "a"}]}""", "/lines/0/text")]
    [InlineData("""{"batch": "ID", "lines": [{"at": 1, "source": "a", "text": null}]}""", "/lines/0/text")]
    [InlineData("""{"batch": "ID", "lines": [{"at": 1, "source": "a", "text": "b", "text": "b"}]}""", "/lines/0/text")]
    [InlineData("""{"batch": "ID", "lines": [{"at": 1, "source": "a", "text": "HUGE"}]}""", "/lines/0/text")]
    public void What_cannot_be_taken_is_said_with_its_place(string body, string pointer)
    {
        var text = body.Replace("ID", Id, StringComparison.Ordinal).Replace("LINE", Line, StringComparison.Ordinal)
            .Replace("LONG", new string('x', Limits.LogSourceLength + 1), StringComparison.Ordinal)
            .Replace("HUGE", new string('ü', (Limits.LogTextBytes / 2) + 1), StringComparison.Ordinal);
        Assert.Equal([pointer], Read(text).Errors!.Select(error => error.Pointer));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"lines": [}""")]
    [InlineData("""{"batch": "\ud800"}""")]
    public void What_is_no_json_object_is_malformed(string body) => Assert.NotNull(Read(body).Malformed);

    [Fact]
    public void The_limits_are_taken_and_one_more_is_not()
    {
        var most = Enumerable.Repeat(Line, Limits.LinesPerBatch);
        Assert.Equal(Limits.LinesPerBatch, Parse($$"""{"batch": "{{Id}}", "lines": [{{string.Join(',', most)}}]}""").Rows.Count);
        Assert.Equal("/lines", Assert.Single(
            Read($$"""{"batch": "{{Id}}", "lines": [{{string.Join(',', most.Append(Line))}}]}""").Errors!).Pointer);
        var (source, text) = (new string('☃', Limits.LogSourceLength), new string('x', Limits.LogTextBytes));
        Assert.Single(Parse($$"""{"batch": "{{Id}}", "lines": [{"at": 1, "source": "{{source}}", "text": "{{text}}"}]}""").Rows);
    }

    private const string Line = """{"at": 1, "source": "a", "text": "b"}""";

    private static LogBatch Parse(string body)
    {
        var read = Read(body);
        Assert.True(read.Payload is not null, read.Malformed ?? string.Join("; ", read.Errors?.Select(error => error.ToString()) ?? []));
        return Assert.IsType<LogsPayload>(read.Payload).Batch;
    }

    private static AgentBody Read(string body) =>
        LogsBodyParser.Parse(Encoding.UTF8.GetBytes(body), [1, 2, 3, 4, 5, 6, 7, 8, .. new byte[24]]);
}
