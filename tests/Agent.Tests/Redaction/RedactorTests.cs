using HostAtlas.Agent.Redaction;
using HostAtlas.Agent.Redaction.Rules;

namespace HostAtlas.Agent.Tests.Redaction;

public sealed class RedactorTests
{
    [Theory]
    [InlineData(RedactionMode.Cron, "mysqldump -u root -pS3cr3t! mydb > /backup/db.sql", "mysqldump -u root -p[REDACTED] mydb > /backup/db.sql")]
    [InlineData(RedactionMode.Log, "Authorization: Bearer sk_live_a1b2c3d4e5f6", "Authorization: Bearer [FILTERED]")]
    [InlineData(RedactionMode.Log, "subject=CN=example.com issuer=CN=R3 notAfter=2027-02-01T00:00:00Z sans=example.com",
        "subject=CN=example.com issuer=CN=R3 notAfter=2027-02-01T00:00:00Z sans=example.com")]
    public void The_examples_of_the_specification_come_out_as_it_says(RedactionMode mode, string line, string expected) =>
        Assert.Equal(expected, Redactor.BuiltIn.Redact(mode, line).Text);

    [Fact]
    public void Every_rule_in_the_table_finds_its_example()
    {
        foreach (var rule in BuiltInRules.All) Assert.Contains(rule.Name, Redactor.BuiltIn.Redact(rule.Mode, rule.Example).Rules);
        Assert.Equal(BuiltInRules.All.Count, BuiltInRules.All.Select(rule => rule.Name).Distinct().Count());
    }

    [Theory]
    [InlineData("password=[FILTERED]hunter2", "password=[FILTERED]")]
    [InlineData("password=[FILTERED]", "password=[FILTERED]")]
    [InlineData("password=[REDACTED] user=bob", "password=[REDACTED] user=bob")]
    [InlineData("(password=[FILTERED])", "(password=[FILTERED])")]
    [InlineData("[token: [FILTERED]]", "[token: [FILTERED]]")]
    [InlineData("{\"password\":\"[REDACTED]\"}", "{\"password\":\"[REDACTED]\"}")]
    [InlineData("https://bob:[FILTERED]@example.com/", "https://bob:[FILTERED]@example.com/")]
    public void Only_a_whole_value_counts_as_redacted(string line, string expected) =>
        Assert.Equal(expected, Redactor.BuiltIn.Redact(RedactionMode.Log, line).Text);

    [Fact]
    public void A_line_over_64_KiB_is_replaced_whole_and_one_of_64_KiB_is_not()
    {
        var most = new string('a', Redactor.MostBytes);
        Assert.Equal(most, Redactor.BuiltIn.Redact(RedactionMode.Log, most).Text);
        Assert.Equal(Placeholder.Filtered, Redactor.BuiltIn.Redact(RedactionMode.Log, most + "a").Text);
        Assert.Equal(Placeholder.Redacted, Redactor.BuiltIn.Redact(RedactionMode.Cron, new string('é', (Redactor.MostBytes / 2) + 1)).Text);
    }

    [Fact]
    public void A_line_that_cannot_be_handled_is_replaced_whole()
    {
        var nested = string.Concat(Enumerable.Repeat("$(echo ", 60)) + "x";
        Assert.Equal(Placeholder.Redacted, Redactor.BuiltIn.Redact(RedactionMode.Cron, nested).Text);
    }

    [Fact]
    public void Our_own_tokens_go_wherever_they_stand()
    {
        foreach (var prefix in (string[])["hat_", "hak_", "hai_", "hbk_", "har_"])
        {
            var token = prefix + "AAECAwQFBgcICQoL";
            Assert.Equal("xx[FILTERED]", Redactor.BuiltIn.Redact(RedactionMode.Log, "xx" + token).Text);
            Assert.Equal("echo '[REDACTED]'", Redactor.BuiltIn.Redact(RedactionMode.Cron, $"echo '{token}'").Text);
        }
        Assert.Equal("what_is_this", Redactor.BuiltIn.Redact(RedactionMode.Log, "what_is_this").Text);
    }

    [Fact]
    public void A_block_of_a_private_key_goes_line_by_line_and_what_is_around_it_stays()
    {
        string[] lines =
        [
            "starting", "key: -----BEGIN RSA PRIVATE KEY-----", "MIIEowIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7",
                "Proc-Type: 4,ENCRYPTED", "",
            "abc=", "-----END RSA PRIVATE KEY----- done", "-----BEGIN CERTIFICATE-----", "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0B",
                "-----END CERTIFICATE-----",
        ];
        Assert.Equal(
            ["starting", "key: [FILTERED]", "[FILTERED]", "[FILTERED]", "", "[FILTERED]", "[FILTERED] done", .. lines[7..]],
            Run(lines));
    }

    [Fact]
    public void The_state_within_a_block_survives_a_restart()
    {
        var first = Redactor.BuiltIn.Redact(RedactionMode.Log, "-----BEGIN OPENSSH PRIVATE KEY-----");
        var stored = System.Text.Json.JsonSerializer.Serialize(first.State);
        var state = System.Text.Json.JsonSerializer.Deserialize<RedactionState>(stored);
        Assert.True(state.InKeyBlock);
        Assert.Equal("[FILTERED]", Redactor.BuiltIn.Redact(RedactionMode.Log, "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU", state).Text);
    }

    [Fact]
    public void A_block_that_begins_in_a_line_too_long_is_followed_all_the_same()
    {
        var lines = Run([new string('a', Redactor.MostBytes)
            + "-----BEGIN PRIVATE KEY-----", "MIIEvQIBADANBg", "-----END PRIVATE KEY-----", "after"]);
        Assert.Equal(["[FILTERED]", "[FILTERED]", "[FILTERED]", "after"], lines);
    }

    private static List<string> Run(IEnumerable<string> lines)
    {
        var state = RedactionState.Clear;
        var result = new List<string>();
        foreach (var line in lines)
        {
            var redacted = Redactor.BuiltIn.Redact(RedactionMode.Log, line, state);
            state = redacted.State;
            result.Add(redacted.Text);
        }
        return result;
    }
}
