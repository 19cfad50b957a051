using System.Text.RegularExpressions;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Tests.CommandLine;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Agent.Tests.Packaging;

/// <summary>Manual pages and shells know what the command line and the configuration know.</summary>
public sealed partial class ManualTests : IDisposable
{
    private readonly AgentUnderTest _agent = new();

    [Fact]
    public async Task The_page_has_every_verb_and_option_that_the_help_has()
    {
        var page = await PrintAsync("manual");
        foreach (var verb in new[] { "enroll", "run", "status", "backup", "key rotate", "restore", "verify", "redact log" })
        {
            Assert.Contains($".SS {verb}", page, StringComparison.Ordinal);
            var help = await PrintAsync([.. verb.Split(' '), "--help"]);
            foreach (Match option in OptionName().Matches(help))
                Assert.Contains($"\\fB{option.Value.Replace("-", "\\-", StringComparison.Ordinal)}\\fR", page, StringComparison.Ordinal);
        }
        // No line may begin with a request that is none.
        Assert.All(page.Split('\n').Where(line => line.StartsWith('.')),
            line => Assert.Matches(@"^\.(TH|SH|SS|TP|B|I|BR)( |$)", line));
    }

    [Fact]
    public async Task The_page_of_the_configuration_has_every_key()
    {
        var page = await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "src", "Agent", "Packaging", "agent.toml.5"));
        var (table, keys) = ("", new List<string>());
        foreach (var (before, line) in page.Zip(page.Skip(1)))
        {
            if (line.StartsWith(".SH [", StringComparison.Ordinal)) table = line[5..^1] + ".";
            if (before == ".TP" && line.StartsWith(".B ", StringComparison.Ordinal)) keys.Add(table + line[3..]);
        }
        Assert.Equal(AgentToml.Known.Order(StringComparer.Ordinal), keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("", "st", "status")]
    [InlineData("", "--st", "--state")]
    [InlineData("key", "", "import")]
    [InlineData("key ro", "", "--config")]
    [InlineData("key rotate", "--no", "--no-recovery")]
    [InlineData("--state /tmp key", "sh", "show")]
    [InlineData("restore latest --overwrite", "ch", "changed")]
    [InlineData("restore latest", "--inc", "--include")]
    [InlineData("completion", "f", "fish")]
    public async Task Bash_completes(string before, string current, string expected)
    {
        var script = _agent.File("completion.bash");
        await File.WriteAllTextAsync(script, await PrintAsync("completion", "bash"));
        var words = $"hostatlas-agent {before} '{current}'";
        var offered = await BashAsync(
            $"source {script}; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}}-1)); "
            + "_hostatlas_agent_complete; echo ${COMPREPLY[@]}");
        Assert.Contains(expected, offered.Split(' '));
        Assert.All(offered.Split(' '), word => Assert.StartsWith(current, word, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Bash_offers_files_where_a_file_is_meant()
    {
        var script = _agent.File("completion.bash");
        await File.WriteAllTextAsync(script, await PrintAsync("completion", "bash"));
        Assert.Contains("completion.bash", await BashAsync($"source {script}; cd {Path.GetDirectoryName(script)}; "
            + "COMP_WORDS=(hostatlas-agent enroll --token-file comp); COMP_CWORD=3; _hostatlas_agent_complete; echo ${COMPREPLY[@]}"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zsh", "#compdef hostatlas-agent")]
    [InlineData("fish", "complete -c hostatlas-agent -n '__fish_seen_subcommand_from key; and not")]
    public async Task The_other_shells_get_the_same_words(string shell, string beginning)
    {
        var script = await PrintAsync("completion", shell);
        Assert.Contains(beginning, script, StringComparison.Ordinal);
        foreach (var word in new[] { "enroll", "rotate", "overwrite", "recovery-key" })
            Assert.Contains(word, script, StringComparison.Ordinal);
    }

    public void Dispose() => _agent.Dispose();

    private static async Task<string> BashAsync(string line)
    {
        var ended = await ChildProcess.RunAsync("bash", ["--norc", "-c", line], TimeSpan.FromSeconds(60));
        Assert.True(ended.ExitCode == 0, ended.LastWords);
        return ended.Output.Trim();
    }

    private async Task<string> PrintAsync(params string[] arguments)
    {
        Assert.Equal(0, await _agent.RunAsync(arguments));
        return _agent.Output;
    }

    [GeneratedRegex(@"(?<=^\s+|, )--[a-z\-]+", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex OptionName();
}
