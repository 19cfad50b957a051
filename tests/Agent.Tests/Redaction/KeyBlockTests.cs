using HostAtlas.Agent.Redaction;
using HostAtlas.Agent.Redaction.Rules;

namespace HostAtlas.Agent.Tests.Redaction;

/// <summary>Two adversaries: who can write into a log must not hide lines of it, and no line of a real key may get out.</summary>
public sealed class KeyBlockTests
{
    private const string Begin = "-----BEGIN PRIVATE KEY-----", End = "-----END PRIVATE KEY-----";

    private static readonly string[] Body =
    [
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj",
        "MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu",
        "NMoSfm76oqFvAp8Gy0iz5sxjZmSnXyCdPEovGhLa0VzMaQ8s+CLOyS56YyCFGeJZ",
        "qgtzJ6GR3eqoYSW9b9UMvkBpZODSctWSNGj3P7jRFDO5",
    ];

    // What anybody may find in a log behind an attacker's line.
    private static readonly string[] Ordinary =
    [
        "10.0.0.2 - - [25/Nov/2026:10:00:01 +0000] \"GET /admin/shell.php?cmd=id HTTP/1.1\" 200 12 \"-\" \"curl/8.5.0\"",
        "Nov 25 10:00:02 h sshd[1]: Accepted publickey for root from 10.0.0.9 port 5 ssh2: ED25519 SHA256:Xy3l0mZrJw0Zb1x1Zb1x",
        "Nov 25 10:00:03 h sudo: bob : TTY=pts/0 ; PWD=/srv ; USER=root ; COMMAND=/usr/bin/systemctl restart nginx",
        "{\"level\":\"warn\",\"msg\":\"user added to the group of administrators\",\"user\":\"mallory\",\"status\":200}",
        "2026-11-25T10:00:04Z  INFO 1 --- [main] c.e.shop.orders.OrderService : Order 42 was confirmed in 12 ms",
        "kernel: [12.345678] usb 1-1: new high-speed USB device number 2 using xhci_hcd",
        "Traceback (most recent call last):", "  File \"/srv/app/models/user.py\", line 12, in save", "Proc-Type: something else",
    ];

    [Fact]
    public void A_line_that_only_says_where_a_key_begins_hides_no_line_behind_it()
    {
        foreach (var opening in (string[])
            [
                $"10.0.0.1 - - [25/Nov/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 12 \"-\" \"{Begin}\"", Begin, $"{Begin}{Body[0]}",
                "10.0.0.1 \"GET /Private-Lines: HTTP/1.1\" 200 12", "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----",
            ])
            Assert.Equal(Ordinary, Run([opening, .. Ordinary]).Skip(1));
    }

    [Fact]
    public void The_line_with_the_mark_itself_and_the_one_with_its_end_keep_what_is_no_key()
    {
        Assert.Equal(
            ["10.0.0.1 \"GET /x HTTP/1.1\" 200 \"[FILTERED]\" 0.012", "10.0.0.1 \"GET /exploit HTTP/1.1\" 200 \"[FILTERED]\" 0.012"],
            Run([$"10.0.0.1 \"GET /x HTTP/1.1\" 200 \"{Begin}\" 0.012", $"10.0.0.1 \"GET /exploit HTTP/1.1\" 200 \"{End}\" 0.012"]));
        Assert.Equal("{\"ip\":\"10.0.0.1\",\"agent\":\"[FILTERED]\",\"path\":\"/exploit\"}",
            Run([$"{{\"ip\":\"10.0.0.1\",\"agent\":\"{Begin}\",\"path\":\"/exploit\"}}"]).Single());
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("    {0}")]
    [InlineData("Nov 25 10:00:00 host app[123]: {0}")]
    [InlineData("<13>1 2026-11-25T10:00:00Z host app 123 - - {0}")]
    [InlineData("2026-11-25T10:00:00.000000000Z stdout F {0}")]
    [InlineData("2026-11-25 10:00:00,123 DEBUG app.keys - {0}")]
    [InlineData("web_1  | {0}")]
    [InlineData("[25/Nov/2026 10:00:00] {0}")]
    [InlineData("{{\"log\":\"{0}\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-25T10:00:00Z\"}}")]
    [InlineData("{{\"level\":\"debug\",\"message\":\"{0}\"}}")]
    [InlineData("level=debug msg={0}")]
    [InlineData("    \"{0}\\n\" +")]
    [InlineData("2026-11-26T02:10:01.123456789Z {0}")]
    [InlineData("\u001b[36mweb-1  |\u001b[0m {0}")]
    [InlineData("    27\t{0}")]
    [InlineData("// {0}")]
    [InlineData("2026-11-26T02:10:01.123456Z\t   12 Query\t{0}")]
    [InlineData("<td>{0}</td>")]
    [InlineData("| {0,-64} |")]
    [InlineData("web1: ‹{0}›")]
    [InlineData("27:{0}")]
    [InlineData("/etc/ssl/a.pem:{0}")]
    [InlineData("+{0}")]
    public void No_line_of_a_key_gets_out_whatever_a_logger_writes_around_it(string form)
    {
        foreach (var last in (string[])["Qw==", "abc=", "AbCd", "wxyz", "RFDO5qgt", "9b9UMvkBpZOD", "qgtzJ6GR3eqoYSW9b9UMvkBp", "=aB3d"])
        {
            string[] key = [Begin, .. Body, last, End];
            var lines = Run([.. key.Select(line => string.Format(System.Globalization.CultureInfo.InvariantCulture, form, line)), "after"]);
            foreach (var secret in (string[])[.. Body, last])
                Assert.DoesNotContain(lines, line => line.Contains(secret, StringComparison.Ordinal));
            Assert.Equal("after", lines[^1]);
        }
    }

    [Theory]
    [InlineData("GET /?k=-----BEGIN%20PRIVATE%20KEY-----%0D%0A{0}%0D%0A-----END%20PRIVATE%20KEY----- HTTP/1.1",
        "GET /?k=[FILTERED] HTTP/1.1")]
    [InlineData("k=-----BEGIN+RSA+PRIVATE+KEY-----%0A{0}%0A-----END+RSA+PRIVATE+KEY-----&x=1", "k=[FILTERED]&x=1")]
    [InlineData("k=%2D%2D%2D%2D%2DBEGIN%20EC%20PRIVATE%20KEY%2D%2D%2D%2D%2D%0A{0}", "k=[FILTERED]")]
    [InlineData(@"{""m"":""\u002d\u002d\u002d\u002d\u002dBEGIN PRIVATE KEY\u002d\u002d\u002d\u002d\u002d\n{0}\n"",""n"":1}",
        @"{""m"":""[FILTERED]"",""n"":1}")]
    [InlineData(@"key=""-----BEGIN PRIVATE KEY-----\n{0}\n-----END PRIVATE KEY-----\n"" n=1", @"key=""[FILTERED]\n"" n=1")]
    [InlineData("<k>&#45;&#45;&#45;&#45;&#45;BEGIN PRIVATE KEY&#45;&#45;&#45;&#45;&#45;{0}</k>", "<k>[FILTERED]</k>")]
    [InlineData(@"{""kty"":""EC"",""x"":""f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"",""d"":""{0}""}",
        @"{""kty"":""EC"",""x"":""f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"",""d"":""[FILTERED]""}")]
    [InlineData("<RSAKeyValue><Modulus>xA7SEU==</Modulus><D>{0}</D></RSAKeyValue>",
        "<RSAKeyValue><Modulus>xA7SEU==</Modulus><D>[FILTERED]</D></RSAKeyValue>")]
    [InlineData("read {0}", "read [FILTERED]")]
    public void A_key_in_one_line_goes_however_it_is_written(string form, string expected) =>
        Assert.Equal([expected], Run([form.Replace("{0}", Body[0], StringComparison.Ordinal)]));

    [Fact]
    public void Within_a_block_an_empty_line_a_public_key_and_a_commit_stay()
    {
        string[] others =
        [
            "", "  ", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIabcDEFghi0123456789abcDEFghi0123456789abcd bob@host",
            "{\"level\":\"info\",\"commit\":\"1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d\"}",
        ];
        Assert.Equal(["[FILTERED]", .. others, "[FILTERED]"], Run([Begin, .. others, Body[1]]));
    }

    [Fact]
    public void Lines_of_others_between_those_of_a_key_stay_and_the_keys_go()
    {
        var mixed = new List<string> { Begin };
        for (var i = 0; i < Ordinary.Length; i++) mixed.AddRange([Ordinary[i], i < Body.Length ? Body[i] : Body[0]]);
        mixed.AddRange([Ordinary[0], "Qk9=", Ordinary[1], End, "after"]);
        var lines = Run(mixed);
        Assert.Equal([.. Ordinary, Ordinary[0], Ordinary[1], "after"], lines.Where(line => line != "[FILTERED]"));
    }

    [Fact]
    public void A_certificate_of_another_program_does_not_end_a_key()
    {
        var lines = Run([Begin, Body[0], "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----", Body[1], End]);
        Assert.Equal(["-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"], lines.Where(line => line != "[FILTERED]"));
        Assert.Equal(6, lines.Count);
    }

    [Theory]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED|DEK-Info: AES-128-CBC,0123456789ABCDEF0123456789ABCDEF||{0}|"
        + "-----END RSA PRIVATE KEY-----")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----|{0}|-----END OPENSSH PRIVATE KEY-----")]
    [InlineData("-----BEGIN OpenVPN Static key V1-----|e5e4d6af39289d53171b3a7b4d8e3c9f|-----END OpenVPN Static key V1-----")]
    [InlineData("-----BEGIN PGP PRIVATE KEY BLOCK-----||{0}|=njUN|-----END PGP PRIVATE KEY BLOCK-----")]
    [InlineData("Private-Lines: 2|{0}|Private-MAC: 6b4b1b1f1b1f1b1f1b1f")]
    public void All_kinds_of_keys_go_line_by_line(string key)
    {
        var lines = Run([.. key.Replace("{0}", string.Join('|', Body), StringComparison.Ordinal).Split('|'), Ordinary[0]]);
        Assert.All(lines.Skip(1).SkipLast(1).Where(line => line.Length > 0), line => Assert.Equal("[FILTERED]", line));
        Assert.Equal(Ordinary[0], lines[^1]);
    }

    [Fact]
    public void A_short_line_is_the_keys_last_and_no_more_of_them_go_unless_they_look_like_one()
    {
        Assert.Equal(["[FILTERED]", "[FILTERED]", "done", "Reloading", "12", "[FILTERED]", "FAILED"],
            Run([Begin, "ok", "done", "Reloading", "12", "aB3=", "FAILED"]));
        Assert.Equal(["[FILTERED]", "Nov 25 10:00:00 h app[1]: started in full", "Nov 25 10:00:00 h app[1]: done"],
            Run([Begin, "Nov 25 10:00:00 h app[1]: started in full", "Nov 25 10:00:00 h app[1]: done"]));
    }

    [Fact]
    public void A_block_without_an_end_is_forgotten()
    {
        var lines = Run([Begin, .. Enumerable.Repeat(Body[1], KeyBlockRule.MostLines + 5)]);
        Assert.Equal("[FILTERED]", lines[KeyBlockRule.MostLines - 1]);
        Assert.Equal(Body[1], lines[^1]);
        Assert.Equal(Body[1], Run([Begin, .. Enumerable.Repeat(Ordinary[0], KeyBlockRule.MostLines), Body[1]])[^1]);
    }

    [Fact]
    public void Lines_that_are_not_sent_lead_to_the_state_that_they_would_have_left()
    {
        string[] lines = [Ordinary[0], Begin, Body[0], Ordinary[1], Body[1], "Qk9="];
        var state = RedactionState.Clear;
        for (var i = 0; i < lines.Length; i++)
        {
            state = Redactor.BuiltIn.Redact(RedactionMode.Log, lines[i], state).State;
            Assert.Equal(state, Redactor.Follow(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines[..(i + 1)])), default));
        }
        Assert.Equal(new RedactionState(true, 5), state with { Shape = 0 });
        Assert.Equal(default, Redactor.Follow(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', [.. lines, End])), default));
    }

    [Fact]
    public void In_a_crontab_the_jobs_behind_such_a_comment_are_told()
    {
        string[] jobs = ["0 3 * * * /opt/bin/exfiltrate.sh --fast", "@daily /opt/x", "MAILTO=root"];
        Assert.Equal(jobs, Run([$"# {Begin}", .. jobs], RedactionMode.Cron).Skip(1));
    }

    private static List<string> Run(IEnumerable<string> lines, RedactionMode mode = RedactionMode.Log)
    {
        var state = RedactionState.Clear;
        var result = new List<string>();
        foreach (var line in lines)
        {
            var redacted = Redactor.BuiltIn.Redact(mode, line, state);
            state = redacted.State;
            result.Add(redacted.Text);
        }
        return result;
    }
}
