namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>A built-in rule, as it is told to people.</summary>
/// <param name="Name">As <c>redact --json</c> gives it.</param>
/// <param name="Catches">What it replaces.</param>
/// <param name="Why">Why it is there, or where its limit lies.</param>
/// <param name="Example">A line that it changes.</param>
/// <param name="Mode">How the example is read.</param>
public sealed record BuiltInRule(string Name, string Catches, string Why, string Example, RedactionMode Mode = RedactionMode.Log);

/// <summary>All built-in rules in one table. A test runs each example; docs/redaction.md repeats the table.</summary>
public static class BuiltInRules
{
    /// <summary>In the order in which they look at a line.</summary>
    public static IReadOnlyList<BuiltInRule> All { get; } =
    [
        new(RuleNames.OwnToken, "hat_, hak_, hai_, har_ and hbk_ with 16 or more characters",
            "our own credentials, first and without any condition", "enrolled with hat_AAECAwQFBgcICQoLDA0ODw"),
        new(RuleNames.PrivateKey, "blocks of private keys, in one line or over many",
            "a block's lines look like any base64; the state is kept per source",
                @"key -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"),
        new(RuleNames.TokenShape, "tokens that are known by how they begin (TokenShapes)",
            "they need no name before them", "listed with AKIAIOSFODNN7EXAMPLE"),
        new(RuleNames.Jwt, "JSON Web Tokens", "they are presented as they are", "got eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"),
        new(RuleNames.PasswordHash, "hashes made to hold passwords (crypt, argon2, LDAP, Django)",
            "they can be tried offline; plain SHA sums stay", "bob:$6$saltsalt$abcdefghijklmnopqrstuvwxyz012345:19000:"),
        new(RuleNames.Url, "passwords and tokens before the host of an address", "drivers print their addresses when they fail",
            "connecting to amqp://guest:hunter2@rabbit:5672/"),
        new(RuleNames.Scheme, "Bearer and Basic credentials without their header", "clients log the value alone",
            "sent Bearer abc.def.123"),
        new(RuleNames.Authorization, "the credentials of Authorization headers; the scheme stays",
            "whatever they look like", "Authorization: Digest username=\"bob\", response=\"6629fae4\""),
        new(RuleNames.Cookie, "the values of Cookie and Set-Cookie; names and attributes stay",
            "any cookie may be a session", "Set-Cookie: sid=abc; Path=/; HttpOnly"),
        new(RuleNames.NamedValue, "values behind a name that says so: =, :, JSON, YAML, XML, queries, in some 25 languages",
            "the most common leak; a name that only speaks of a secret (password_file, token_type) is none",
                "login user=bob password=hunter2"),
        new(RuleNames.LooseValue, "values behind a name with no sign between: flags, directives, prose",
            "only what looks like a password counts in prose", "the new password is hunter2"),
        new(RuleNames.Sql, "IDENTIFIED BY, SET PASSWORD, a secret column's values in INSERT, keys of pgp_sym_encrypt",
            "statements are logged with their values",
            "CREATE USER bob IDENTIFIED BY 'hunter2'"),
        new(RuleNames.Assignment, "NAME=value before a command, as a crontab's own line and behind -e of containers; "
            + "PATH, SHELL, HOME, LANG, LC_*, TZ, MAILTO stay",
            "the environment is where scripts take secrets from, under any name", "0 3 * * * FOO=bar /opt/job.sh", RedactionMode.Cron),
        new(RuleNames.Flag, "arguments of programs (ProgramTable) and flags whose name says it",
            "-p is a password to one program and a port to another", "mysqldump -u root -pS3cr3t! mydb", RedactionMode.Cron),
        new(RuleNames.FedLiteral, "literals that echo, printf, <<< or <( ) feed to a reader of secrets",
            "the way around --password on the command line", "echo hunter2 | sudo -S apt-get update", RedactionMode.Cron),
        new(RuleNames.Audit, "arguments in the kernel's audit log, also in hex", "they hide from every other rule there",
            "type=EXECVE argc=3 a0=\"mysql\" a1=\"-phunter2\" a2=\"db\""),
    ];
}
