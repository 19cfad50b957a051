using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace HostAtlas.Engine.Vault;

/// <summary>
/// Tickets of the vault whose objects go through the gateway. Pure. A ticket is the request line itself, signed:
/// <code>
/// url       = /vault/{team}/{server}/{name}?expires={Unix seconds}[&amp;size={bytes}&amp;sha256={64 hex}]&amp;signature={64 hex}
/// signature = HMAC-SHA256(key, METHOD ‖ " " ‖ url up to "&amp;signature=")
/// </code>
/// It is verified over the characters as they were sent. Another spelling of the same thing (a percent sign, another order, one more
/// member) is other characters, so nothing that is parsed afterwards was not written here.
/// </summary>
public sealed class TicketOffice
{
    /// <summary>What a path of the vault begins with.</summary>
    public const string PathPrefix = "/vault/";

    private static readonly Dictionary<string, string> NoHeaders = [];

    private const string SignatureMember = "&signature=";

    private readonly Func<IReadOnlyList<byte[]>> _keys;

    /// <param name="keys">The first one signs, each of them verifies. Asked for each time: a rotation brings another one.</param>
    public TicketOffice(Func<IReadOnlyList<byte[]>> keys) => _keys = keys;

    /// <summary>A ticket to put.</summary>
    public VaultTicket Put(VaultKey key, ObjectForm form, DateTimeOffset expiresAt) =>
        new(key.Name, "PUT", PutUrl(key, form, expiresAt), NoHeaders, expiresAt);

    /// <summary>A ticket to get.</summary>
    public VaultTicket Get(VaultKey key, DateTimeOffset expiresAt) => new(key.Name, "GET", GetUrl(key, expiresAt), NoHeaders, expiresAt);

    /// <summary>The URL of a ticket to put.</summary>
    public string PutUrl(VaultKey key, ObjectForm form, DateTimeOffset expiresAt) => Sign("PUT", string.Create(
        CultureInfo.InvariantCulture,
        $"{PathPrefix}{key}?expires={expiresAt.ToUnixTimeSeconds()}&size={form.Size}&sha256={Convert.ToHexStringLower(form.Sha256)}"));

    /// <summary>The URL of a ticket to get.</summary>
    public string GetUrl(VaultKey key, DateTimeOffset expiresAt) =>
        Sign("GET", string.Create(CultureInfo.InvariantCulture, $"{PathPrefix}{key}?expires={expiresAt.ToUnixTimeSeconds()}"));

    /// <summary>
    /// Whether a request line is a ticket of ours. <paramref name="target"/>: path and query as sent. Takes the same time wherever two
    /// signatures differ.
    /// </summary>
    public TicketVerdict Inspect(string method, ReadOnlySpan<char> target, DateTimeOffset now)
    {
        var cut = target.LastIndexOf(SignatureMember);
        if (cut < 0 || !IsSigned(method, target[..cut], target[(cut + SignatureMember.Length)..])) return TicketVerdict.Forged;
        var query = target[(target.IndexOf('?') + 1)..cut].ToString();
        var members = query.Split('&').Select(member => member[(member.IndexOf('=') + 1)..]).ToArray();
        if (!long.TryParse(members[0], NumberStyles.None, CultureInfo.InvariantCulture, out var expires)) return TicketVerdict.Forged;
        var form = members.Length == 3
            ? new ObjectForm(long.Parse(members[1], CultureInfo.InvariantCulture), Convert.FromHexString(members[2]))
            : null;
        return new TicketVerdict(IsOurs: true, IsOver: now.ToUnixTimeSeconds() >= expires, form,
            DateTimeOffset.FromUnixTimeSeconds(expires));
    }

    private string Sign(string method, string url)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Mac(_keys()[0], method, url, mac);
        return url + SignatureMember + Convert.ToHexStringLower(mac);
    }

    private bool IsSigned(string method, ReadOnlySpan<char> url, ReadOnlySpan<char> hex)
    {
        Span<byte> presented = stackalloc byte[HMACSHA256.HashSizeInBytes], expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (hex.Length != 2 * presented.Length || hex.ContainsAnyInRange('A', 'F')
            || Convert.FromHexString(hex, presented, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        var found = false;
        foreach (var key in _keys())
        {
            Mac(key, method, url, expected);
            found |= CryptographicOperations.FixedTimeEquals(expected, presented);
        }
        return found;
    }

    private static void Mac(byte[] key, string method, ReadOnlySpan<char> url, Span<byte> mac)
    {
        var message = new byte[method.Length + 1 + Encoding.UTF8.GetByteCount(url)];
        var at = Encoding.ASCII.GetBytes(method, message);
        message[at++] = (byte)' ';
        Encoding.UTF8.GetBytes(url, message.AsSpan(at));
        HMACSHA256.HashData(key, message, mac);
    }
}

/// <summary>What a request line turned out to be.</summary>
/// <param name="IsOurs">This platform wrote it, for this method.</param>
/// <param name="IsOver">It did, and the time is over.</param>
/// <param name="Form">Of a ticket to put: what the object must be.</param>
public readonly record struct TicketVerdict(bool IsOurs, bool IsOver, ObjectForm? Form, DateTimeOffset ExpiresAt)
{
    /// <summary>Not ours.</summary>
    public static readonly TicketVerdict Forged;
}
