using System.Globalization;
using System.Text.Json.Nodes;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Audit;

/// <summary>
/// Checks an export line by line, in memory of one line's size, and stops at the first line that is not as it was written. Without root
/// keys the chain is checked and the head is not: then whoever computed all hashes anew behind a change is not found. Pure.
/// </summary>
/// <param name="rootOf">The root key of an id, null when the ring does not hold it; null itself: the head is not to be checked.</param>
public sealed class AuditVerifier(Func<long, byte[]?>? rootOf)
{
    private TeamId _team;
    private byte[] _hash = [];
    private long _line;
    private string _at = "";
    private bool _ended;

    /// <summary>Entries that were checked.</summary>
    public long Entries { get; private set; }

    /// <summary>The team, as the first line names it; null before it.</summary>
    public TeamId? Team => _line > 0 ? _team : null;

    /// <summary>What was found; null as long as nothing was.</summary>
    public AuditFault? Fault { get; private set; }

    /// <summary>Takes the next line, without its line feed. False: it is not as it was written, see <see cref="Fault"/>.</summary>
    public bool Take(ReadOnlySpan<byte> line)
    {
        _line++;
        var fault = _line == 1 ? Header(line)
            : _ended ? "It stands behind the head, which is the last line of an export: it was added."
            : line.StartsWith("{\"hash\":\""u8) ? Entry(line)
            : line.StartsWith("{\"head\":"u8) ? Head(line)
            : line.StartsWith("{\"damaged\":"u8)
                ? "This did not open when the export was made: it was altered in the database, or its keys were lost."
                : "This is no line of an export: it was changed or added.";
        if (fault is not null) Fault = new AuditFault(_line, fault);
        return fault is null;
    }

    /// <summary>The export is over. False when it ended too early.</summary>
    public bool End()
    {
        if (Fault is null && !_ended)
            Fault = new AuditFault(_line + 1, "The head is missing: the end of the export was cut off.");
        return Fault is null;
    }

    private string? Header(ReadOnlySpan<byte> line)
    {
        if (CanonicalJson.TryRead(line) is not { } header || !ResourceId.TryParse(Text(header, "team"), out _team)
            || !Is(line, AuditExport.Header(_team))) return "This is no export of an audit log, or its first line was changed.";
        _hash = AuditChain.Start(_team);
        return null;
    }

    private string? Entry(ReadOnlySpan<byte> line)
    {
        if (line.Length <= AuditExport.EntryAt || line[^1] != '}'
            || CanonicalJson.TryRead(line[AuditExport.EntryAt..^1]) is not { } entry)
            return "This is no entry as it was written: it was changed.";
        if (Text(entry, "team") is { } team && team != _team.ToString()) return $"This is an entry of another team's log, {team}.";
        if (Number(entry, "number") is not { } number) return "This is no entry as it was written: it was changed.";
        if (number > Entries + 1)
            return $"Entry {number} stands where entry {Entries + 1} must stand: entries were removed, or their order was changed.";
        if (number <= Entries)
            return $"Entry {number} stands where entry {Entries + 1} must stand: it was added, or the order was changed.";
        var canonical = line[AuditExport.EntryAt..^1];
        var hash = AuditChain.Next(_hash, canonical);
        if (!Is(line, AuditExport.Entry(new ChainedEntry(_team, number, 0, hash, canonical.ToArray()))))
            return $"The hash of entry {number} does not follow from it and the entry before it: it was changed.";
        (_hash, _at, Entries) = (hash, Text(entry, "at") ?? "", number);
        return null;
    }

    private string? Head(ReadOnlySpan<byte> line)
    {
        const string Changed = "This is no head as it was written: it was changed.";
        if (CanonicalJson.TryRead(line)?["head"] is not JsonObject said || Number(said, "number") is not { } number) return Changed;
        if (!long.TryParse(Text(said, "rootKey"), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var rootId)
            || !DateTimeOffset.TryParseExact(Text(said, "at"), AuditEntry.TimeForm, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal, out var at)
            || Bytes(said, "hash") is not { } hash || Bytes(said, "mac") is not { } mac) return Changed;
        var head = new AuditHead(number, hash, at.ToUnixTimeMilliseconds());
        if (!Is(line, AuditExport.Head(new VouchedHead(head, rootId, mac)))) return Changed;
        if (number > Entries) return $"The head is that of {number} entries and {Entries} are here: the last ones were removed.";
        if (number < Entries) return $"The head is that of {number} entries and {Entries} are here: some were added.";
        if (!hash.AsSpan().SequenceEqual(_hash) || Text(said, "at") != _at)
            return "The head is that of other entries: some were changed and their hashes computed anew, or it is another log's head.";
        if (rootOf is not null)
        {
            if (rootOf(rootId) is not { } root)
                return $"The head was made with the root key {rootId:x16}, which root.key does not hold: it is the wrong root.key, or the "
                    + "head is forged.";
            if (!AuditChain.IsAuthentic(root, _team, head, mac))
                return "The head was not made with the root key that it names: it is forged.";
        }
        _ended = true;
        return null;
    }

    // A line without its line feed against one with it.
    private static bool Is(ReadOnlySpan<byte> line, ReadOnlySpan<byte> written) => line.SequenceEqual(written[..^1]);

    private static string? Text(JsonObject of, string name) =>
        of[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static long? Number(JsonObject of, string name) =>
        of[name] is JsonValue value && value.TryGetValue<long>(out var number) ? number : null;

    private static byte[]? Bytes(JsonObject of, string name)
    {
        var bytes = new byte[AuditChain.HashBytes];
        return Text(of, name) is { Length: 2 * AuditChain.HashBytes } text
            && Convert.FromHexString(text, bytes, out _, out var written) == System.Buffers.OperationStatus.Done && written == bytes.Length
            ? bytes
            : null;
    }
}

/// <summary>The first line of an export that is not as it was written, counted from 1, and what is wrong with it.</summary>
public sealed record AuditFault(long Line, string Text);
