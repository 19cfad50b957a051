using CsCheck;
using HostAtlas.Agent.Collect;
using HostAtlas.Agent.Redaction;
using Xunit.Abstractions;

namespace HostAtlas.Agent.Tests.Redaction;

public sealed class RedactionPropertyTests(ITestOutputHelper output)
{
    private const int Runs = 5_000;

    // Begins and ends with a letter or a digit, and is no word of a message.
    private static readonly Gen<string> Plain =
        from head in Gen.Char["ABCDEFGHJKLMNPQRSTUVWXYZ"]
        from body in Gen.String[Gen.Char["abcdefghijkmnopqrstuvwxyz23456789"], 6, 30]
        from tail in Gen.Char["23456789"]
        select head + body + tail;

    private static readonly Gen<string> WithSigns =
        from head in Gen.Char["ABCDEFGHJKLMNPQRSTUVWXYZ"]
        from body in Gen.String[Gen.Char["abcdefghijkmnpqrstuvwxyz23456789!#%*+-.@^_~/,"], 6, 20]
        from tail in Gen.Char["23456789"]
        select head + body + tail;

    private static readonly Gen<string> Blank = OneOf<string>(" ", "  ", "\t", "\u00a0", "\u2003", " \u200b", "");

    private static readonly Gen<string> Name = OneOf<string>(
        "password", "PASSWORD", "db_password", "dbPassword", "DB-PASSWORD", "passwd", "pwd", "secret", "client_secret", "clientSecret",
            "token",
        "access_token", "api_key", "apiKey", "API-KEY", "spring.datasource.password", "auth_token", "private_key", "passphrase",
            "contraseña",
        "пароль", "Passwort", "mot_de_passe", "senha", "密码", "sshpass", "aws_secret_access_key", "bearer_token", "otp");

    private static readonly Gen<Func<string, string, string, string>> Around = OneOf<Func<string, string, string, string>>(
        (name, blank, secret) => $"level=info {name}={secret} user=bob",
        (name, blank, secret) => $"x {name}{blank}={blank}\"{secret}\" y",
        (name, blank, secret) => $"x {name}{blank}:{blank}'{secret}', y",
        (name, blank, secret) => $"{{\"a\":1,\"{name}\"{blank}:{blank}\"{secret}\",\"b\":2}}",
        (name, blank, secret) => $"{{\"m\":\"{{\\\"{name}\\\":\\\"{secret}\\\"}}\"}}",
        (name, blank, secret) => $"GET /x?a=1&{name}={Uri.EscapeDataString(secret)}&b=2 HTTP/1.1",
        (name, blank, secret) => $"{name}: {secret}",
        (name, blank, secret) => $"User(name=bob, {name}={secret})",
        (name, blank, secret) => $"{{user=bob, {name}={secret}}}",
        (name, blank, secret) => $"<a><{name}>{secret}</{name}></a>",
        (name, blank, secret) => $"run --{name.Replace('_', '-')}={secret} --port 80",
        (name, blank, secret) => $"{{\"name\":\"{name}\",\"value\":\"{secret}\"}}",
        (name, blank, secret) => $"postgres://{"app"}:{secret}@db.example.com/app",
        (name, blank, secret) => $"Authorization:{blank}Bearer {secret}",
        (name, blank, secret) => $"> Cookie: a=1; sid={secret}");

    private static readonly Gen<Func<string, string>> Command = OneOf<Func<string, string>>(
        secret => $"0 3 * * * mysqldump -u root -p{secret} db > /backup/db.sql",
        secret => $"mysqldump -u root '-p{secret}' db",
        secret => $"mysqldump -u root \"-p{secret}\" db",
        secret => $"mysqldump -u root --pass\"word\"={secret} db",
        secret => $"FOO={secret} /opt/job.sh",
        secret => $"FOO='{secret}' /opt/job.sh",
        secret => $"@daily root FOO={secret} BAR=2 /opt/job.sh && true",
        secret => $"FOO = {secret}",
        secret => $"cd /srv; export X={secret}; ./run",
        secret => $"echo {secret} | sudo -S ls",
        secret => $"1 3 * * * root echo {secret} | sudo -S ls",
        secret => $"@daily svc\tprintf '%s' '{secret}' | vault login -",
        secret => $"nice -n 5 timeout 5m bash -c \"echo {secret}\" | kinit svc@X",
        secret => $"sh -c echo joe:{secret} | chpasswd",
        secret => $"openssl enc -pass pass:\"{secret}\" -in a > b",
        secret => $"printf '%s' \"{secret}\" | tr a b | docker login --password-stdin",
        secret => $"gh auth login --with-token <<< '{secret}'",
        secret => $"restic --password-file <(echo {secret}) backup",
        secret => $"ssh -p 22 host \"bash -c 'mysql -p{secret} db'\"",
        secret => $"x=$(curl -u bob:{secret} https://h/) && echo $x",
        secret => $"( curl -su bob:{secret} https://h/ | gzip ) > f",
        secret => $"sudo -u a env X=1 timeout 5m sshpass -p {secret} ssh h",
        secret => $"redis-cli -a {secret} ping",
        secret => $"openssl enc -k {secret} -in f",
        secret => $"smbclient -U u%{secret} //h/s",
        secret => $"wget --header 'X-Auth-Token: {secret}' https://h/",
        secret => $"curl -d '{{\"password\":\"{secret}\"}}' https://h/");

    private static readonly Gen<string> AnyLine = Gen.OneOf(
        Gen.Select(Around, Name, Blank, WithSigns, (form, name, blank, secret) => form(name, blank, secret)),
        Gen.Select(Command, WithSigns, (form, secret) => form(secret)),
        OneOf<string>(
            "password", "token", "key", "=", ":", " ", "\"", "'", "\\", "{", "}", "[", "]", "(", ")", "$(", "`", "<", ">", "|", ";",
                "&", "--", "-p",
            "mysql", "curl -u", "://", "@", "eyJ", "Bearer ", "[FILTERED]", "[REDACTED]", "a", "1", "#", "echo ", "sudo -S", "<<<",
                "%3D", "&quot;",
            "Authorization", "Cookie", "\u00a0", "пароль", "-----BEGIN PRIVATE KEY-----", "AKIA", "$2y$", "send ",
                "INSERT INTO t (password) VALUES (")
            .Array[1, 14].Select(string.Concat));

    [Fact]
    public void A_secret_planted_in_a_log_line_never_survives() =>
        Gen.Select(Around, Name, Blank, Plain).Sample(
            (form, name, blank, secret) => !Redact(RedactionMode.Log, form(name, blank, secret)).Contains(secret,
                StringComparison.Ordinal), iter: Runs);

    [Fact]
    public void A_secret_with_signs_does_not_survive_in_part_either() =>
        Gen.Select(Around, Name, Blank, WithSigns, (form, name, blank, secret) => (form(name, blank, secret), secret)).Sample(
            (planted, secret) =>
            {
                var line = Redact(RedactionMode.Log, planted);
                return !line.Contains(secret[..4], StringComparison.Ordinal) && !line.Contains(secret[^4..], StringComparison.Ordinal);
            },
            iter: Runs);

    [Fact]
    public void A_secret_planted_in_a_command_never_survives() =>
        Gen.Select(Command, Plain).Sample(
            (form, secret) => !Redact(RedactionMode.Cron, form(secret)).Contains(secret, StringComparison.Ordinal), iter: Runs);

    [Fact]
    public void A_command_within_a_log_line_is_treated_as_cron_is() =>
        Gen.Select(Command, Plain).Sample(
            (form, secret) =>
                form("").StartsWith("FOO = ", StringComparison.Ordinal)
                || !Redact(RedactionMode.Log, $"h sudo: bob : PWD=/srv ; USER=root ; COMMAND={Unscheduled(form(secret))}")
                    .Contains(secret, StringComparison.Ordinal),
            iter: Runs);

    [Fact]
    public void What_was_redacted_stays_as_it_is_in_both_modes() =>
        Gen.Select(AnyLine, Gen.Bool).Sample(
            (line, cron) =>
            {
                var (mode, other) = cron ? (RedactionMode.Cron, RedactionMode.Log) : (RedactionMode.Log, RedactionMode.Cron);
                var once = Redact(mode, line);
                var across = Redact(other, once);
                return Redact(mode, once) == once && Redact(other, across) == across;
            },
            iter: Runs);

    [Fact]
    public void No_line_becomes_two() =>
        AnyLine.Sample(line => !Redact(RedactionMode.Log, line).Contains('\n')
            && !Redact(RedactionMode.Cron, line).Contains('\n'), iter: Runs);

    [Fact]
    public void Time_grows_with_the_line_and_not_with_its_square()
    {
        string[] parts =
        [
            "password=", "password=(", "key=\"", "key=«", "token: ", "://a:", "://a@", "$(", "`", "'", "\"", "\\\"", "{ ", "( ", "a=b ",
                "eyJ", "AKIA", ".aaaaaa",
            "identified by «", "<password>", "--password ", "-p x ", "mysql ", "curl -u a:b ", "echo x | ", "sudo -S ", "x;",
                "[\"cookie\",", "send \"", "${x:-",
            "Cookie: a=b; ", "Authorization: ", "%3A%2F%2F", "$6$", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", " a0=", "password <",
                "password=<a", "name=\"password\" ", "{\"name\":\"password\",", "{\"password\":{", "password for a ", "set password for ",
            "password=a('",
            "<name>password</name>", "\u00adpassword=a ", "(b'password',", "password....", "'\\''",
            "mysqli_connect(", "createUser a SHA b ", "snmp-server community ", "PRAGMA key=", "?u=a&p=b ",
            "secret 7 ", "-----BEGIN PRIVATE KEY-----a-----END PRIVATE KEY-----", "%2DBEGIN%20", "{\"kty\":\"d\",", "a:b1234@h ", "- ",
            "<<< a1234 ", "-o x=\"curl -u a:b ", "password) changed 'a' to ", "echo a |", "pgp_sym_encrypt('a',",
            "\"mysql -p x\" ", "'\"mysql x ", "root echo a | ", "password=a'b", "passwd <<< \"x\" | ",
            "python3 -c 'print(\"x\")' | passwd | ",
        ];
        foreach (var part in parts)
        {
            foreach (var mode in (RedactionMode[])[RedactionMode.Cron, RedactionMode.Log])
            {
                var (small, large) = (Least(mode, part, 16 << 10), Least(mode, part, 64 << 10));
                if (large > TimeSpan.FromMilliseconds(100)) output.WriteLine($"{mode} '{part}': {small.TotalMilliseconds:0} ms, "
                    + $"{large.TotalMilliseconds:0} ms");
                // Four times the line; what is quadratic takes sixteen times as long. Noise counts only where there is time to speak of.
                Assert.True(large < TimeSpan.FromMilliseconds(150)
                    || large < 10 * small, $"{mode} '{part}': {small} for 16 KiB, {large} for 64 KiB");
            }
        }
    }

    private static string Unscheduled(string line) =>
        line.Replace("0 3 * * * ", "", StringComparison.Ordinal).Replace("@daily root ", "", StringComparison.Ordinal)
            .Replace("1 3 * * * root ", "", StringComparison.Ordinal).Replace("@daily svc\t", "", StringComparison.Ordinal);

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static TimeSpan Least(RedactionMode mode, string part, int length)
    {
        var line = string.Concat(Enumerable.Repeat(part, length / part.Length))[..(length / part.Length * part.Length)];
        while (System.Text.Encoding.UTF8.GetByteCount(line) > length) line = line[..(line.Length / 2)];
        var least = TimeSpan.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            // Of this thread alone: on a loaded machine the clock on the wall tells of the others.
            var start = ThreadTime.Read();
            Redactor.BuiltIn.Redact(mode, line);
            var took = ThreadTime.Read() - start;
            if (took < least) least = took;
            if (least < TimeSpan.FromMilliseconds(50)) break;
        }
        return least;
    }

    private static string Redact(RedactionMode mode, string line) => Redactor.BuiltIn.Redact(mode, line).Text;
}
