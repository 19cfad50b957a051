using System.Buffers;
using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>
/// Functions that take a password at a known place and have no name for it, as traces and one-line scripts show them:
/// <c>mysqli_connect('host', 'root', 'x')</c>, <c>PDO->__construct(dsn, 'root', 'x')</c>, <c>s.login('bob', 'x')</c>.
/// </summary>
internal static class CallArgumentsRule
{
    private const int MostArguments = 8, MostCall = 2048;

    // The function up to its bracket, and the places of its secrets from 1.
    private static readonly (string Name, int Place)[] Functions =
    [
        ("mysqli_connect", 3), ("mysqli_real_connect", 4), ("mysqli->real_connect", 3), ("mysqli->__construct", 3), ("mysqli->connect", 3),
        ("new mysqli", 3), ("mysql_connect", 3), ("mysql_pconnect", 3), ("new PDO", 3), ("PDO->__construct", 3), ("PDO::__construct", 3),
        ("PDO::connect", 3), ("PDOConnection->__construct", 3), ("odbc_connect", 3), ("odbc_pconnect", 3), ("oci_connect", 2),
        ("oci_pconnect", 2), ("ibase_connect", 3), ("db2_connect", 3), ("ldap_bind", 3), ("ldap_bind_ext", 3), ("ldap_exop_passwd", 4),
        ("ldap_simple_bind", 3), ("simple_bind_s", 2), ("simple_bind", 2), ("ftp_login", 3), ("ssh2_auth_password", 3), ("imap_open", 3),
        ("imap_login", 2), ("openssl_encrypt", 3), ("openssl_decrypt", 3), ("hash_hmac", 3), ("->login", 2), (".login", 2), ("::login", 2),
        ("->authenticate", 2), (".authenticate", 2), ("->attempt", 2), ("wp_authenticate", 2), ("wp_signon", 2), ("wp_check_password", 1),
        ("wp_hash_password", 1), ("->auth", 2), (".auth", 2), ("DBI->connect", 3), ("DBI.connect", 3), ("DriverManager.getConnection", 3),
        ("dataSource.getConnection", 2), ("HTTPBasicAuth", 2), ("HTTPDigestAuth", 2), ("SetBasicAuth", 2), ("setBasicAuth", 2),
        (".basicAuth", 2), (".basic_auth", 2), ("UsernamePasswordCredentials", 2), ("UsernamePasswordAuthenticationToken", 2),
        ("NetworkCredential", 2), ("PlainAuth", 3), ("MySQLdb.connect", 3), ("pymysql.connect", 3), ("MySQLConnection", 3),
        ("Redis->auth", 1), ("redis.auth", 1), ("client.auth", 1), ("Memcached->setSaslAuthData", 2), ("SetCredentials", 2),
        ("setCredentials", 2), ("createConnection", 3), ("CreateSmtpClient", 3), ("Net::FTP.open", 3), ("dblink_connect", 1),
        ("createUser", 2), ("crypto.createHmac", 2), ("hmac.new", 1), ("jwt.sign", 2), ("jwt.verify", 2), ("jwt.encode", 2),
        ("jwt.decode", 2), ("JWT::encode", 2), ("JWT::decode", 2), ("JWT.encode", 2), ("JWT.decode", 2),
    ];

    private static readonly SearchValues<string> Names =
        SearchValues.Create([.. Functions.Select(function => function.Name + "(")], StringComparison.Ordinal);

    /// <summary>The functions, for whoever looks for lines that may hold one.</summary>
    internal static IEnumerable<string> Marks => Functions.Select(function => function.Name + "(");

    /// <summary>Finds them.</summary>
    public static void Find(Findings findings)
    {
        var text = findings.Text;
        if (!text.Contains('(')) return;
        for (var at = 0; at < text.Length && text.AsSpan(at).IndexOfAny(Names) is >= 0 and var hit;)
        {
            at += hit;
            var open = at + text.AsSpan(at).IndexOf('(');
            foreach (var (name, place) in Functions)
            {
                if (name.Length != open - at || !text.AsSpan(at, name.Length).SequenceEqual(name) || !BeginsWord(text, at)) continue;
                if (Argument(text, open + 1, place) is { } value && !NoSecret.IsMask(value.In(text))
                    && !NoSecret.IsReference(value.In(text)))
                    findings.Add(value.Start, value.End, RuleNames.NamedValue);
            }
            at = open;
        }
    }

    private static bool BeginsWord(string text, int at) =>
        at == 0 || text[at] is '.' or '-' or ':' || !(char.IsAsciiLetterOrDigit(text[at - 1]) || text[at - 1] == '_');

    // The argument at this place, when it is a literal.
    private static ValueSpan? Argument(string text, int at, int place)
    {
        var last = Math.Min(text.Length, at + MostCall);
        for (var number = 1; number <= MostArguments && at < last; number++)
        {
            at = Blank.Skip(text, at);
            var quoted = ValueScanner.TryReadQuoted(text, at, out var value);
            if (number == place) return quoted ? value : null;
            var depth = 0;
            for (at = quoted ? value.Next : at; at < last; at++)
            {
                if (text[at] is '(' or '[' or '{') depth++;
                if (text[at] is ')' or ']' or '}' && --depth < 0) return null;
                if (text[at] == ',' && depth == 0) break;
            }
            at++;
        }
        return null;
    }
}
