using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Audit;

/// <summary>
/// The lines of an export, each ended by a line feed:
/// <code>
/// {"format":"hostatlas audit export v1","team":"…"}
/// {"hash":"64 hex digits","entry":{…}}                                                         one a entry, from number 1 on
/// {"head":{"at":"…","hash":"…","mac":"…","number":N,"rootKey":"16 hex digits"}}
/// </code>
/// An entry's canonical bytes stand in its line as they were hashed, behind a prefix of fixed length: whoever checks an export by hand cuts
/// them out and needs no library. What does not open is a line that says so and fails every check: <c>{"damaged":"…"}</c>. Pure.
/// </summary>
public static class AuditExport
{
    /// <summary>Bytes before an entry in its line: <c>{"hash":"…","entry":</c>.</summary>
    public const int EntryAt = HashAt + (2 * AuditChain.HashBytes) + 10;

    internal const int HashAt = 9;

    /// <summary>The first line.</summary>
    public static byte[] Header(TeamId team) =>
        Line(CanonicalJson.Write(new JsonObject { ["format"] = "hostatlas audit export v1", ["team"] = team.ToString() }));

    /// <summary>An entry's line.</summary>
    public static byte[] Entry(ChainedEntry entry) =>
    [
        .. "{\"hash\":\""u8, .. Encoding.ASCII.GetBytes(Convert.ToHexStringLower(entry.Hash)), .. "\",\"entry\":"u8, .. entry.Canonical,
        .. "}\n"u8,
    ];

    /// <summary>The last line.</summary>
    public static byte[] Head(VouchedHead vouched) => Line(CanonicalJson.Write(new JsonObject
    {
        ["head"] = new JsonObject
        {
            ["at"] = DateTimeOffset.FromUnixTimeMilliseconds(vouched.Head.AtMs).UtcDateTime
                .ToString(AuditEntry.TimeForm, CultureInfo.InvariantCulture),
            ["hash"] = Convert.ToHexStringLower(vouched.Head.Hash),
            ["mac"] = Convert.ToHexStringLower(vouched.Mac),
            ["number"] = vouched.Head.Number,
            ["rootKey"] = $"{vouched.RootId:x16}",
        },
    }));

    /// <summary>Stands for an entry, or for the head, that was altered in the database and does not open.</summary>
    public static byte[] Damaged(string what) => Line(CanonicalJson.Write(new JsonObject { ["damaged"] = what }));

    private static byte[] Line(byte[] json) => [.. json, (byte)'\n'];
}
