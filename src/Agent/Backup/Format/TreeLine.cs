using System.Buffers;
using System.Text.Json;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>
/// Writes an entry as one line of JSON. The members stand in a fixed order and everything beyond ASCII is escaped, so that an unchanged
/// directory gives the same bytes, and a line ends where "\n" stands and nowhere else, whatever a reader takes for a line break.
/// </summary>
public static class TreeLine
{
    /// <summary>Most bytes of a line. A file with so many attributes or holes is not backed up by halves; its walker leaves some
    /// out.</summary>
    public const int MaxBytes = 4 << 20;

    internal static readonly string[] TypeNames = ["file", "directory", "symlink", "fifo", "socket", "charDevice", "blockDevice"];

    /// <summary>Writes the line, its end included.</summary>
    public static void Write(IBufferWriter<byte> destination, TreeEntry entry)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(entry);
        using (var json = new Utf8JsonWriter(destination, new JsonWriterOptions { SkipValidation = true })) Write(json, entry);
        destination.Write("\n"u8);
    }

    /// <summary>Writes the line's object.</summary>
    internal static void Write(Utf8JsonWriter json, TreeEntry entry)
    {
        json.WriteStartObject();
        WriteText(json, "name", "nameBase64", entry.Name.Span);
        json.WriteString("type"u8, TypeNames[(int)entry.Type]);
        json.WriteNumber("mode"u8, entry.Mode);
        json.WriteNumber("uid"u8, entry.Uid);
        json.WriteNumber("gid"u8, entry.Gid);
        json.WriteNumber("mtimeNs"u8, entry.MtimeNs);
        if (entry.CtimeNs is { } ctime) json.WriteNumber("ctimeNs"u8, ctime);
        if (entry.Inode is { } inode) json.WriteNumber("inode"u8, inode);
        if (entry.HardLink is { } link) json.WriteString("hardLink"u8, link);
        if (entry.Type == TreeEntryType.File) json.WriteNumber("size"u8, entry.Size);
        if (entry.Target is { } target) WriteText(json, "target", "targetBase64", target.Span);
        if (entry.Device is { } device) WritePair(json, "device", device.Major, device.Minor);
        WriteXattrs(json, entry.Xattrs);
        if (entry.Type == TreeEntryType.File) WriteReference(json, "chunks", entry.Chunks ?? Reference.Empty);
        WriteHoles(json, entry.Holes);
        if (entry.Type == TreeEntryType.Directory) WriteReference(json, "subtree", entry.Subtree ?? Reference.Empty);
        if (entry.Gate is { } gate) WriteGate(json, gate);
        if (entry.HeldBackSince is { } since) json.WriteString("heldBackSince"u8, UtcTime.Format(since));
        json.WriteEndObject();
    }

    /// <summary>Writes a reference as a value.</summary>
    internal static void WriteReference(Utf8JsonWriter json, Reference reference)
    {
        for (var level = 0; level < reference.Depth; level++)
        {
            json.WriteStartObject();
            json.WritePropertyName("list"u8);
        }
        json.WriteStartArray();
        Span<byte> bytes = stackalloc byte[ChunkId.SizeBytes], text = stackalloc byte[ChunkId.TextLength];
        foreach (var id in reference.Ids)
        {
            id.Write(bytes);
            Convert.TryToHexStringLower(bytes, text, out _);
            json.WriteStringValue(text);
        }
        json.WriteEndArray();
        for (var level = 0; level < reference.Depth; level++) json.WriteEndObject();
    }

    private static void WriteReference(Utf8JsonWriter json, string name, Reference reference)
    {
        json.WritePropertyName(name);
        WriteReference(json, reference);
    }

    private static void WriteText(Utf8JsonWriter json, string name, string base64Name, ReadOnlySpan<byte> text)
    {
        if (TreeNames.IsText(text)) json.WriteString(name, text);
        else json.WriteBase64String(base64Name, text);
    }

    private static void WritePair(Utf8JsonWriter json, string name, long first, long second)
    {
        json.WriteStartArray(name);
        json.WriteNumberValue(first);
        json.WriteNumberValue(second);
        json.WriteEndArray();
    }

    // Attributes come from the system in no order; a stable one keeps an unchanged directory's bytes.
    private static void WriteXattrs(Utf8JsonWriter json, IReadOnlyList<ExtendedAttribute> xattrs)
    {
        if (xattrs.Count == 0) return;
        var sorted = xattrs.ToArray();
        Array.Sort(sorted, (a, b) => a.Name.Span.SequenceCompareTo(b.Name.Span));
        WriteXattrs(json, "xattrs", sorted, asText: true);
        WriteXattrs(json, "xattrsBase64", sorted, asText: false);
    }

    private static void WriteXattrs(Utf8JsonWriter json, string name, ExtendedAttribute[] sorted, bool asText)
    {
        if (!Array.Exists(sorted, xattr => TreeNames.IsText(xattr.Name.Span) == asText)) return;
        json.WriteStartObject(name);
        foreach (var xattr in sorted)
        {
            if (TreeNames.IsText(xattr.Name.Span) != asText) continue;
            if (asText) json.WriteBase64String(xattr.Name.Span, xattr.Value.Span);
            else json.WriteBase64String(Convert.ToBase64String(xattr.Name.Span), xattr.Value.Span);
        }
        json.WriteEndObject();
    }

    private static void WriteHoles(Utf8JsonWriter json, IReadOnlyList<Hole> holes)
    {
        if (holes.Count == 0) return;
        json.WriteStartArray("holes"u8);
        foreach (var hole in holes)
        {
            json.WriteStartArray();
            json.WriteNumberValue(hole.Offset);
            json.WriteNumberValue(hole.Length);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private static void WriteGate(Utf8JsonWriter json, GateNote gate)
    {
        json.WriteStartObject("gate"u8);
        json.WriteString("type"u8, gate.Type);
        json.WriteNumber("entropy"u8, gate.Entropy);
        json.WriteNumber("ratio"u8, gate.Ratio);
        if (gate.FirstSeen) json.WriteBoolean("firstSeen"u8, true);
        json.WriteEndObject();
    }
}
