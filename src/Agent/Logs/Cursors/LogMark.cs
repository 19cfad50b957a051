using HostAtlas.Agent.Redaction;

namespace HostAtlas.Agent.Logs.Cursors;

/// <summary>
/// How far a stream was read when a line of it went into the spool. It lies in the line's own record, so that the two are on the disk
/// together or not at all: whatever moment the process is killed at, what follows this mark was not spooled, and what is before it was.
/// </summary>
internal readonly record struct LogMark
{
    private const int WithShape = 1 << 14;

    /// <summary>The stream.</summary>
    public required long Stream { get; init; }

    /// <summary>Of a file: where the first line begins that is not spooled whole. Of the journal: how many of the entry are.</summary>
    public required long Offset { get; init; }

    /// <summary>Bytes of that line which were sent already, because its end was long in coming.</summary>
    public int Part { get; init; }

    /// <summary>What the next line meets. With <see cref="Part"/>: what the line's beginning met.</summary>
    public RedactionState Redaction { get; init; }

    /// <summary>Lines that the rate limit left out and no line has told of yet.</summary>
    public long LeftOut { get; init; }

    /// <summary>Of the journal: the entry.</summary>
    public string? Cursor { get; init; }

    /// <summary>
    /// Of the journal: what its other units met since their last records, lines that the rate limit left out among them. The journal has
    /// one position for all, so that a mark past their lines must say what they were.
    /// </summary>
    public IReadOnlyList<UnitState>? Others { get; init; }

    /// <summary>A few bytes, most of them variable-length numbers.</summary>
    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write7BitEncodedInt64(Stream);
        writer.Write7BitEncodedInt64(Offset);
        writer.Write7BitEncodedInt(Part);
        Write(writer, Redaction, LeftOut);
        writer.Write(Cursor ?? "");
        writer.Write7BitEncodedInt(Others?.Count ?? 0);
        foreach (var other in Others ?? [])
        {
            writer.Write7BitEncodedInt64(other.Stream);
            Write(writer, other.Redaction, other.LeftOut);
        }
        return bytes.ToArray();
    }

    /// <summary>Reads <see cref="ToBytes"/>.</summary>
    public static LogMark Read(ReadOnlyMemory<byte> bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes.ToArray()));
        var mark = new LogMark
        {
            Stream = reader.Read7BitEncodedInt64(),
            Offset = reader.Read7BitEncodedInt64(),
            Part = reader.Read7BitEncodedInt(),
            Redaction = ReadRedaction(reader),
            LeftOut = reader.Read7BitEncodedInt64(),
            Cursor = reader.ReadString() is { Length: > 0 } cursor ? cursor : null,
        };
        var others = new UnitState[reader.Read7BitEncodedInt()];
        for (var i = 0; i < others.Length; i++)
            others[i] = new UnitState(reader.Read7BitEncodedInt64(), ReadRedaction(reader), reader.Read7BitEncodedInt64());
        return others.Length == 0 ? mark : mark with { Others = others };
    }

    private static void Write(BinaryWriter writer, RedactionState redaction, long leftOut)
    {
        var block = redaction.InKeyBlock ? 1 + (redaction.BlockLines * 2) + (redaction.Follows ? 1 : 0) : 0;
        // A shape stands behind a number beyond all counts of lines; a mark of an older agent has none.
        writer.Write7BitEncodedInt(block > 0 && redaction.Shape != 0 ? block + WithShape : block);
        if (block > 0 && redaction.Shape != 0) writer.Write(redaction.Shape);
        writer.Write7BitEncodedInt64(leftOut);
    }

    private static RedactionState ReadRedaction(BinaryReader reader)
    {
        var block = reader.Read7BitEncodedInt();
        if (block <= 0) return RedactionState.Clear;
        var shape = block > WithShape ? reader.ReadUInt64() : 0;
        block -= block > WithShape ? WithShape + 1 : 1;
        return new RedactionState(true, block / 2, block % 2 == 1, shape);
    }
}

/// <summary>What the next line of a unit meets.</summary>
internal readonly record struct UnitState(long Stream, RedactionState Redaction, long LeftOut);
