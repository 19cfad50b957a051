using System.Text.Json;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>
/// Reads one line of a tree. Members of later versions are skipped; what is there must be of the right form and in bounds, because a
/// restore trusts nothing it reads.
/// </summary>
public static class TreeLineParser
{
    /// <summary>Reads the line, without its end.</summary>
    /// <exception cref="TreeBrokenException">It is no entry.</exception>
    public static TreeEntry Parse(ReadOnlySpan<byte> line)
    {
        var json = new Utf8JsonReader(line);
        try
        {
            var entry = Parse(ref json);
            return json.Read() ? throw new TreeBrokenException("something follows an entry on its line.") : entry;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new TreeBrokenException("a line is not the JSON of an entry.");
        }
    }

    private static TreeEntry Parse(ref Utf8JsonReader json)
    {
        var entry = new TreeEntry { Name = default, Type = TreeEntryType.File };
        var hasType = false;
        Expect(ref json, JsonTokenType.StartObject);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var member = Member(ref json);
            json.Read();
            hasType |= member == "type";
            entry = member switch
            {
                "name" => entry with { Name = Text(ref json) },
                "nameBase64" => entry with { Name = json.GetBytesFromBase64() },
                "type" => entry with { Type = TypeOf(json.GetString()) },
                "mode" => entry with { Mode = Bounded(json.GetInt32(), 0xFFF) },
                "uid" => entry with { Uid = json.GetUInt32() },
                "gid" => entry with { Gid = json.GetUInt32() },
                "mtimeNs" => entry with { MtimeNs = json.GetInt64() },
                "ctimeNs" => entry with { CtimeNs = json.GetInt64() },
                "inode" => entry with { Inode = json.GetUInt64() },
                "hardLink" => entry with { HardLink = json.GetString() },
                "size" => entry with { Size = Bounded(json.GetInt64(), long.MaxValue) },
                "target" => entry with { Target = Text(ref json) },
                "targetBase64" => entry with { Target = json.GetBytesFromBase64() },
                "device" => entry with { Device = Device(ref json) },
                "xattrs" => entry with { Xattrs = Xattrs(ref json, entry.Xattrs, inBase64: false) },
                "xattrsBase64" => entry with { Xattrs = Xattrs(ref json, entry.Xattrs, inBase64: true) },
                "chunks" => entry with { Chunks = ReadReference(ref json) },
                "holes" => entry with { Holes = Holes(ref json) },
                "subtree" => entry with { Subtree = ReadReference(ref json) },
                "gate" => entry with { Gate = Gate(ref json) },
                "heldBackSince" => entry with { HeldBackSince = Time(json.GetString()) },
                _ => Skipped(ref json, entry),
            };
        }
        if (!hasType || !TreeNames.IsName(entry.Name.Span))
            throw new TreeBrokenException("an entry has no type, or no name that can be one.");
        return Checked(entry);
    }

    /// <summary>Reads a reference, the reader standing on its first token.</summary>
    internal static Reference ReadReference(ref Utf8JsonReader json)
    {
        var depth = 0;
        for (; json.TokenType == JsonTokenType.StartObject; depth++)
        {
            if (depth == Reference.DepthMax || !json.Read() || !json.ValueTextEquals("list"u8))
                throw new TreeBrokenException("a reference has another form.");
            json.Read();
        }
        if (json.TokenType != JsonTokenType.StartArray) throw new TreeBrokenException("a reference has another form.");
        var ids = new List<ChunkId>();
        Span<byte> text = stackalloc byte[ChunkId.TextLength];
        while (json.Read() && json.TokenType == JsonTokenType.String)
        {
            if (json.ValueSpan.Length != ChunkId.TextLength || !ChunkId.TryParse(json.ValueSpan, out var id))
                throw new TreeBrokenException("a chunk id has another form.");
            ids.Add(id);
        }
        for (var level = 0; level < depth; level++) Expect(ref json, JsonTokenType.EndObject);
        if (ids.Count > Reference.DirectMaxIds) throw new TreeBrokenException("a reference is longer than 1,000 ids.");
        return ids.Count == 0 && depth == 0 ? Reference.Empty : new Reference(depth, ids);
    }

    // Known names are returned without allocating; an unknown one is none of them.
    private static string Member(ref Utf8JsonReader json)
    {
        foreach (var known in Members)
        {
            if (json.ValueTextEquals(known)) return known;
        }
        return "";
    }

    private static readonly string[] Members =
    [
        "name", "type", "mode", "uid", "gid", "mtimeNs", "ctimeNs", "inode", "size", "chunks", "subtree", "target", "gate", "xattrs",
        "holes", "hardLink", "nameBase64", "targetBase64", "device", "xattrsBase64", "heldBackSince",
    ];

    private static TreeEntry Checked(TreeEntry entry) => entry.Type switch
    {
        TreeEntryType.Directory when entry.Subtree is null => throw new TreeBrokenException("a directory has no subtree."),
        TreeEntryType.File when entry.Chunks is null && entry.Size > 0 => throw new TreeBrokenException("a file has no chunks."),
        TreeEntryType.File => entry with { Chunks = entry.Chunks ?? Reference.Empty },
        TreeEntryType.Symlink when entry.Target is null => throw new TreeBrokenException("a symbolic link has no target."),
        _ => entry,
    };

    private static TreeEntry Skipped(ref Utf8JsonReader json, TreeEntry entry)
    {
        json.Skip();
        return entry;
    }

    private static TreeEntryType TypeOf(string? text) => Array.IndexOf(TreeLine.TypeNames, text) is var type and >= 0
        ? (TreeEntryType)type
        : throw new TreeBrokenException("an entry has a type that this version does not know.");

    private static ReadOnlyMemory<byte> Text(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.String) throw new TreeBrokenException("a text was expected.");
        var text = new byte[json.ValueSpan.Length];
        return text.AsMemory(0, json.CopyString(text));
    }

    private static DeviceNumber Device(ref Utf8JsonReader json)
    {
        Expect(ref json, JsonTokenType.Number);
        var major = json.GetUInt32();
        Expect(ref json, JsonTokenType.Number);
        var device = new DeviceNumber(major, json.GetUInt32());
        Expect(ref json, JsonTokenType.EndArray);
        return device;
    }

    private static List<ExtendedAttribute> Xattrs(ref Utf8JsonReader json, IReadOnlyList<ExtendedAttribute> before, bool inBase64)
    {
        var xattrs = new List<ExtendedAttribute>(before);
        if (json.TokenType != JsonTokenType.StartObject) throw new TreeBrokenException("attributes have another form.");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = inBase64 ? Convert.FromBase64String(json.GetString()!) : System.Text.Encoding.UTF8.GetBytes(json.GetString()!);
            json.Read();
            if (name.Length == 0 || name.Contains((byte)0)) throw new TreeBrokenException("an attribute has no name that can be one.");
            xattrs.Add(new ExtendedAttribute(name, json.GetBytesFromBase64()));
        }
        return xattrs;
    }

    private static List<Hole> Holes(ref Utf8JsonReader json)
    {
        var holes = new List<Hole>();
        if (json.TokenType != JsonTokenType.StartArray) throw new TreeBrokenException("holes have another form.");
        var end = 0L;
        while (json.Read() && json.TokenType == JsonTokenType.StartArray)
        {
            Expect(ref json, JsonTokenType.Number);
            var offset = json.GetInt64();
            Expect(ref json, JsonTokenType.Number);
            var length = json.GetInt64();
            Expect(ref json, JsonTokenType.EndArray);
            if (offset < end || length <= 0 || length > long.MaxValue - offset)
                throw new TreeBrokenException("holes overlap or have no length.");
            end = offset + length;
            holes.Add(new Hole(offset, length));
        }
        return holes;
    }

    private static GateNote Gate(ref Utf8JsonReader json)
    {
        var gate = new GateNote("", 0, 0);
        if (json.TokenType != JsonTokenType.StartObject) throw new TreeBrokenException("a gate's note has another form.");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString();
            json.Read();
            switch (name)
            {
                case "type": gate = gate with { Type = json.GetString() ?? "" }; break;
                case "entropy": gate = gate with { Entropy = json.GetDouble() }; break;
                case "ratio": gate = gate with { Ratio = json.GetDouble() }; break;
                case "firstSeen": gate = gate with { FirstSeen = json.GetBoolean() }; break;
                default: json.Skip(); break;
            }
        }
        return gate;
    }

    private static DateTimeOffset Time(string? text) =>
        UtcTime.TryParse(text, out var time) ? time : throw new TreeBrokenException("a time has another form.");

    private static T Bounded<T>(T value, T most) where T : struct, IComparable<T> =>
        value.CompareTo(default) >= 0 && value.CompareTo(most) <= 0
            ? value
            : throw new TreeBrokenException("a number is out of its range.");

    private static void Expect(ref Utf8JsonReader json, JsonTokenType token)
    {
        if (!json.Read() || json.TokenType != token) throw new TreeBrokenException("a line is not the JSON of an entry.");
    }
}
