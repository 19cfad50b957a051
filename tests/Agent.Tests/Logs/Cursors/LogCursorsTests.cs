using CsCheck;
using HostAtlas.Agent.Logs;
using HostAtlas.Agent.Logs.Cursors;
using HostAtlas.Agent.Redaction;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Logs.Cursors;

public sealed class LogCursorsTests
{
    private static readonly Gen<RedactionState> Redactions =
        Gen.Select(Gen.Bool, Gen.Int[0, 400], Gen.Bool, Gen.ULong).Select((isOpen, lines, follows, shape) => isOpen
            ? new RedactionState(true, lines, follows, lines % 2 == 0 ? 0 : shape) : RedactionState.Clear);

    private static readonly Gen<LogMark> Marks =
        Gen.Select(Gen.Long[0, long.MaxValue], Gen.Long[0, long.MaxValue], Gen.Int[0, 70_000], Redactions, Gen.Long[0, 1 << 40], Gen.String)
            .Select((stream, offset, part, redaction, leftOut, cursor) => new LogMark
            {
                Stream = stream,
                Offset = offset,
                Part = part,
                Redaction = redaction,
                LeftOut = leftOut,
                Cursor = cursor.Length == 0 || cursor.Any(char.IsSurrogate) ? null : cursor,
                Others = part % 3 == 0 ? [new UnitState(offset, redaction, leftOut)] : null,
            });

    [Fact]
    public void A_mark_comes_back_from_a_record_and_the_line_is_sent_without_it() => Marks.Sample(mark =>
    {
        var payload = LogRecord.Write(mark, 7, "/x", "a \"b\"\n\u0001");
        var read = LogRecord.Mark(payload);
        Assert.Equal(mark.Others ?? [], read.Others ?? []);
        Assert.Equal(mark with { Others = null }, read with { Others = null });
        Assert.Equal("""{"at":7,"source":"/x","text":"a \"b\"\n\u0001"}""",
            System.Text.Encoding.UTF8.GetString(LogRecord.Json(payload).Span));
    }, iter: 500);

    [Fact]
    public void What_was_saved_comes_back_and_a_flipped_byte_is_found()
    {
        using var folder = new TempFolder();
        var path = folder.File("cursors");
        var cursors = LogCursors.Load(path);
        var stream = cursors.Add(id => new StreamState
        {
            Id = id,
            Source = "/x",
            Path = "/x",
            Identity = new FileIdentity(1, 2, 3, 4),
            Fingerprint = Fingerprint.Of("abc"u8),
            WrittenNs = 5,
            Mark = new LogMark { Stream = id, Offset = 6, Redaction = new RedactionState(true, 8) },
        });
        cursors.Appended([new LogMark { Stream = stream.Id, Offset = 9, Cursor = "c" }], 1);
        cursors.LooksFor(["/x"]);
        cursors.Save();
        var again = LogCursors.Load(path);
        Assert.Equal(cursors.Of("/x"), again.Of("/x"));
        Assert.Equal((cursors.Journal, "/x"), (again.Journal, again.Patterns.Single()));
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.True(LogCursors.Load(path).WasDamaged);
    }
}
