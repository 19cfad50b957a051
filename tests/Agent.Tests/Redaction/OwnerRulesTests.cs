using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Redaction;

namespace HostAtlas.Agent.Tests.Redaction;

public sealed class OwnerRulesTests
{
    [Fact]
    public void An_owners_rule_replaces_its_match_or_its_group_called_secret()
    {
        var redactor = new Redactor(OwnerRules.TryParse([@"CUST-\d{6}", "iban (?<secret>[A-Z]{2}[0-9]{8,})"], [])!);
        Assert.Equal("order of [FILTERED], iban [FILTERED]", redactor.Redact(RedactionMode.Log,
            "order of CUST-123456, iban DE12345678").Text);
        Assert.Equal(["owner"], redactor.Redact(RedactionMode.Cron, "/opt/job CUST-123456").Rules);
    }

    [Fact]
    public void No_rule_takes_a_built_in_one_away()
    {
        var redactor = new Redactor(OwnerRules.TryParse(["hunter", "(?<secret>word)="], [])!);
        var line = redactor.Redact(RedactionMode.Log, "password=hunter2 user=bob").Text;
        Assert.DoesNotContain("hunter", line, StringComparison.Ordinal);
        Assert.EndsWith("user=bob", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(a", "is not a regular expression")]
    [InlineData(@"(a+)\1", "linear time")]
    [InlineData("a(?=b)", "linear time")]
    [InlineData("(?<!a)b", "linear time")]
    [InlineData("(?>a+)b", "linear time")]
    [InlineData("x*", "matches where nothing stands")]
    [InlineData(@"\b", "matches where nothing stands")]
    [InlineData("(?m)^", "matches where nothing stands")]
    [InlineData("key=(?<secret>)", "a group 'secret' that can match nothing")]
    [InlineData("key=(?<secret>[a-z]*)", "+ instead of *")]
    [InlineData("key=(?<secret>$)", "leave the group out")]
    [InlineData(@"key=(?<secret>\b)\w+", "can match nothing")]
    [InlineData("key=(?'secret'x?)", "can match nothing")]
    [InlineData("key=(?<secret>x+)|word=(?<secret>x*)", "can match nothing")]
    [InlineData("[A-Z]{8}", "matches the placeholder")]
    public void A_rule_that_cannot_be_taken_is_refused_and_named(string pattern, string why)
    {
        var faults = new List<string>();
        Assert.Null(OwnerRules.TryParse(["fine", pattern], faults));
        var fault = Assert.Single(faults);
        Assert.Contains($"'{pattern}'", fault, StringComparison.Ordinal);
        Assert.Contains(why, fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("key=(?<secret>[a-z)]+)")]
    [InlineData(@"\(key\) (?<secret>\(?\w+\)?)")]
    [InlineData("(?<secret>a|bc)|d")]
    [InlineData(@"\b(?<secret>\d{4})\b")]
    public void A_group_that_always_holds_something_is_taken(string pattern) => Assert.NotNull(OwnerRules.TryParse([pattern], []));

    [Fact]
    public void The_configuration_names_the_rule_that_is_wrong_beside_all_else()
    {
        var (options, faults) = AgentToml.Read("url = \"https://x\"\n[redaction]\nrules = ['ok-\\d+', '(a)\\1', '[']");
        Assert.Null(options);
        Assert.Equal(2, faults.Count);
        Assert.All(faults, fault => Assert.StartsWith("redaction.rules: '", fault, StringComparison.Ordinal));
        Assert.Contains(AgentToml.Read("url = \"https://x\"\n[redaction]\nrules = 'x'").Faults, fault =>
            fault.Contains("must be a list", StringComparison.Ordinal));
        Assert.Empty(AgentToml.Read("url = \"https://x\"\n[redaction]\nrules = ['ok-\\d+']").Faults);
    }
}
