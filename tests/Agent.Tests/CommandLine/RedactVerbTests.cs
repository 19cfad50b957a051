using System.Text;
using HostAtlas.Agent.CommandLine;
using HostAtlas.Agent.Redaction;

namespace HostAtlas.Agent.Tests.CommandLine;

public sealed class RedactVerbTests
{
    [Fact]
    public async Task It_needs_neither_a_configuration_nor_a_state()
    {
        using var agent = new AgentUnderTest();
        Assert.Equal("mysqldump -p[REDACTED] db\nls\n", await FilterAsync(agent, "cron", "mysqldump -phunter2 db\nls\n"));
        Assert.Equal("password=[FILTERED]\nfine\n", await FilterAsync(agent, "log", "password=hunter2\nfine\n"));
        Assert.False(Directory.Exists(agent.State));
        Assert.False(File.Exists(agent.Config));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("\n", "\n")]
    [InlineData("a", "a")]
    [InlineData("a\n\nb", "a\n\nb")]
    [InlineData("token=x1\r\nb\r\n", "token=[FILTERED]\r\nb\r\n")]
    [InlineData("password=x1", "password=[FILTERED]")]
    public async Task One_line_comes_out_for_each_line_with_the_end_it_had(string input, string expected)
    {
        using var agent = new AgentUnderTest();
        Assert.Equal(expected, await FilterAsync(agent, "log", input));
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF_8_become_replacement_characters_and_the_rest_is_matched_all_the_same()
    {
        using var agent = new AgentUnderTest();
        var output = await agent.FilterAsync(["redact", "log"], [.. "caf"u8, 0xE9, .. " password=x1"u8, 0xFF, .. "y\nok"u8]);
        Assert.Equal("caf\uFFFD password=[FILTERED]\nok", Encoding.UTF8.GetString(output));
    }

    [Fact]
    public async Task Lines_of_any_length_are_counted_and_a_long_one_is_replaced_whole()
    {
        using var agent = new AgentUnderTest();
        var most = new string('a', Redactor.MostBytes);
        var input = $"{most}\n{most}a\n{new string('b', 5 << 20)} password=x\npassword=y1\n{new string('c', 3 << 20)}";
        Assert.Equal($"{most}\n[FILTERED]\n[FILTERED]\npassword=[FILTERED]\n[FILTERED]", await FilterAsync(agent, "log", input));
    }

    [Fact]
    public async Task With_json_each_line_is_an_object_with_the_rules_that_found_something()
    {
        using var agent = new AgentUnderTest();
        Assert.Equal("{\"line\":\"password=[FILTERED]\",\"rules\":[\"named-value\"]}\n{\"line\":\"fine\",\"rules\":[]}\n",
            await FilterAsync(agent, "log", "password=hunter2\nfine\n", "--json"));
    }

    [Fact]
    public async Task The_owners_rules_are_applied_when_there_is_a_configuration_and_a_wrong_one_stops_it()
    {
        using var agent = new AgentUnderTest();
        await File.WriteAllTextAsync(agent.Config, "url = \"https://x\"\n[redaction]\nrules = ['CUST-\\d+']\n");
        Assert.Equal("of [FILTERED]\n", await FilterAsync(agent, "log", "of CUST-12\n"));
        await File.WriteAllTextAsync(agent.Config, "url = \"https://x\"\n[redaction]\nrules = ['(a)\\1']\n");
        Assert.Equal(ExitCode.Usage, await agent.RunAsync(["redact", "log"]));
        Assert.Contains(@"'(a)\1'", agent.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redact")]
    [InlineData("redact mail")]
    public async Task Wrong_usage_is_exit_code_2(string arguments)
    {
        using var agent = new AgentUnderTest();
        Assert.Equal(ExitCode.Usage, await agent.RunAsync(arguments.Split(' ')));
    }

    private static async Task<string> FilterAsync(AgentUnderTest agent, string mode, string input, params string[] more) =>
        Encoding.UTF8.GetString(await agent.FilterAsync(["redact", mode, .. more], Encoding.UTF8.GetBytes(input)));
}
