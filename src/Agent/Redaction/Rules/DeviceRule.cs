using System.Buffers;
using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>
/// Lines of a configuration that name no value with a sign: switches, routers, firewalls (<c>enable secret 5 x</c>, <c>snmp-server
/// community x RO</c>), snmpd (<c>createUser bob SHA x AES y</c>), BIND (<c>secret "x"</c>), as consoles and their logs repeat them.
/// </summary>
internal static class DeviceRule
{
    private const int MostWords = 4;

    // The words before a value; what may stand between them and it is in Between.
    private static readonly string[] Phrases =
    [
        "snmp-server community ", "set snmp community ", "snmp community ", "community add name=", "enable secret ", "enable password ",
        "isakmp key ", "pre-shared-key ", "pre-shared-secret ", "key-string ", "authentication-key ", "tacacs-server key ",
        "radius-server key ", "tacacs server key ", "authentication text ", "message-digest-key ", "wpa-psk ", "ppp chap password ",
        "plaintext-password ", "encrypted-password ", "plain-text-password-value ", "sha256-password ", "auth-password ",
        "privacy-password ", "priv-password ", "md5-password ", "admin-password ", "ospf authentication ", "vrrp authentication ",
        "standby authentication ", "area-password ", "domain-password ", "server-key ", "shared-secret ", "radius secret ",
        "rocommunity ", "password cipher ", "password irreversible-cipher ", "password simple ",
        "rwcommunity ", "rocommunity6 ", "rwcommunity6 ", "community string ", "trap community ", "passwd ", "psksecret ",
    ];

    private static readonly SearchValues<string> Marks1 = SearchValues.Create(Phrases, StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> Users =
        SearchValues.Create(["createUser ", "snmp-server user ", "usmUser "], StringComparison.Ordinal);

    private static readonly KeyWords.Set Between = new("0 5 7 8 9 md5 sha sha1 sha-256 aes des encrypted ascii hex ascii-text plaintext "
        + "plain cipher simple irreversible-cipher hash level text 1 2 10 15 is: is = : key-id id 6a ENC");

    private static readonly KeyWords.Set Hashes = new("md5 sha sha1 sha-224 sha-256 sha-384 sha-512 sha224 sha256 sha384 sha512");
    private static readonly KeyWords.Set Ciphers = new("des 3des aes aes128 aes192 aes256 aes-128 aes-256 aes-192");

    private static readonly KeyWords.Set Messages = new("is was for has changed set not configured failed expired required must to from "
        + "string name mismatch invalid missing and or command error incorrect in on authentication updated does");

    /// <summary>What no other mark tells of.</summary>
    internal static IEnumerable<string> Marks =>
        [.. Phrases.Where(phrase => phrase is not "passwd "), "createUser ", "snmp-server user ", "auth-pass ", "key hmac-", "chpasswd: "];

    /// <summary>Finds them.</summary>
    public static void Find(Findings findings)
    {
        var text = findings.Text;
        for (var at = 0; at < text.Length && text.AsSpan(at).IndexOfAny(Marks1) is >= 0 and var hit;)
        {
            at += hit;
            var begins = at == 0 || !(char.IsAsciiLetterOrDigit(text[at - 1]) || text[at - 1] is '_' or '-' or '/');
            var phrase = begins ? Phrases.FirstOrDefault(one => text.AsSpan(at).StartsWith(one, StringComparison.OrdinalIgnoreCase)) : null;
            at += phrase?.Length ?? 1;
            // passwd x encrypted is Cisco's; the program of this name takes a user.
            if (phrase is null || (phrase == "passwd " && !text.AsSpan(at).TrimEnd().EndsWith(" encrypted"))) continue;
            if (Value(text, at) is { } value) findings.Add(value.Start, value.End, RuleNames.LooseValue);
        }
        if (text.AsSpan().IndexOfAny(Users) is >= 0 and var user) SnmpUser(findings, user);
        foreach (var (phrase, place) in Placed) AtPlace(findings, phrase, place);
    }

    // The value is not the first word behind: sentinel auth-pass name x, upsmon's MONITOR ups@host 1 bob x, CONNECT TO x USER a USING y,
    // CONNECT bob/x@db, addauth digest bob:x, nsupdate's key hmac-sha256:name x, cloud-init's chpasswd: bob:x.
    private static readonly (string Phrase, int Place)[] Placed =
        [("auth-pass ", 2), ("MONITOR ", 4), ("CONNECT TO ", 5), ("CONNECT ", 1), ("addauth ", 2), ("key hmac-", 2), ("chpasswd: ", 1)];

    private static void AtPlace(Findings findings, string phrase, int place)
    {
        var text = findings.Text;
        var at = text.IndexOf(phrase, StringComparison.OrdinalIgnoreCase);
        if (at < 0 || (at > 0 && char.IsAsciiLetterOrDigit(text[at - 1]))) return;
        at += phrase.Length;
        for (var word = 1; word < place && at < text.Length; word++)
        {
            var next = Blank.EndOfWord(text, Blank.Skip(text, at));
            var skipped = text.AsSpan(at, next - at).Trim(' ');
            if ((phrase == "MONITOR " && word == 1 && !skipped.Contains('@')) || (phrase == "CONNECT TO " && word == 4
                && !skipped.Equals("USING", StringComparison.OrdinalIgnoreCase))) return;
            at = next;
        }
        var start = Blank.Skip(text, at);
        var end = Blank.EndOfWord(text, start);
        var value = text.AsSpan(start, end - start).TrimEnd(";\"'");
        end = start + value.Length;
        if (phrase == "CONNECT ")
        {
            var (slash, host) = (value.IndexOf('/'), value.LastIndexOf('@'));
            if (slash < 1 || host < slash + 2 || value.Contains(':') || !char.IsAsciiLetter(value[0])) return;
            (start, end) = (start + slash + 1, start + host);
        }
        else if (phrase == "addauth ")
        {
            if (value.IndexOf(':') is not (> 0 and var colon)) return;
            start += colon + 1;
        }
        else if (phrase == "chpasswd: ")
        {
            if (value.IndexOf(':') is not (> 0 and var user) || !Looks.Password(value[(user + 1)..])) return;
            start += user + 1;
        }
        else if (phrase == "key hmac-" && (value.Length < 8 || value[^1] != '=')) return;
        if (end > start && !NoSecret.Is(text.AsSpan(start, end - start))) findings.Add(start, end, RuleNames.LooseValue);
    }

    private static ValueSpan? Value(string text, int at)
    {
        for (var words = 0; words <= MostWords && at < text.Length; words++)
        {
            at = Blank.Skip(text, at);
            if (ValueScanner.TryReadQuoted(text, at, out var quoted)) return NoSecret.Is(quoted.In(text)) ? null : quoted;
            var end = Blank.EndOfWord(text, at);
            var word = text.AsSpan(at, end - at);
            if (Between.Has(word) && Blank.Skip(text, end) < text.Length)
            {
                at = end;
                continue;
            }
            var value = word.TrimEnd(";,\"'");
            // A sentence about it.
            if (value.Length < 3 || NoSecret.Is(value) || Messages.Has(value.TrimEnd(":."))) return null;
            return new ValueSpan(at, at + value.Length, end, false);
        }
        return null;
    }

    // createUser bob SHA x AES y; snmp-server user bob group v3 auth sha x priv aes 128 y
    private static void SnmpUser(Findings findings, int at)
    {
        var text = findings.Text;
        var wanted = false;
        for (var words = 0; words < 24 && at < text.Length; words++)
        {
            at = Blank.Skip(text, at);
            var isQuoted = ValueScanner.TryReadQuoted(text, at, out var value);
            var end = isQuoted ? value.Next : Blank.EndOfWord(text, at);
            if (!isQuoted) value = new ValueSpan(at, end, end, false);
            var word = value.In(text);
            if (Hashes.Has(word) || Ciphers.Has(word)) wanted = true;
            // The length of AES's key stands between.
            else if (wanted && word is not ("128" or "192" or "256" or "0" or "7"))
            {
                if (!NoSecret.IsMask(word) && word.Length > 0) findings.Add(value.Start, value.End, RuleNames.LooseValue);
                wanted = false;
            }
            at = Math.Max(end, at + 1);
        }
    }
}
