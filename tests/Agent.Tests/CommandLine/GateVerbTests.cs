using System.Text.Json;
using HostAtlas.Agent.CommandLine;
using HostAtlas.Agent.Tests.Gate;

namespace HostAtlas.Agent.Tests.CommandLine;

public sealed class GateVerbTests
{
    [Fact]
    public async Task Each_file_is_a_line_and_the_last_line_is_the_state()
    {
        using var agent = new AgentUnderTest();
        Directory.CreateDirectory(agent.File("tree/sub"));
        await File.WriteAllBytesAsync(agent.File("tree/a.txt"), Samples.Prose(20_000));
        await File.WriteAllBytesAsync(agent.File("tree/sub/b.doc"), Samples.Noise(20_000));
        File.CreateSymbolicLink(agent.File("tree/link"), "sub/b.doc");
        Assert.Equal(ExitCode.Done, await agent.RunAsync(["gate", agent.File("tree"), "--json"]));
        var lines = Lines(agent);
        Assert.Equal([agent.File("tree/a.txt"), agent.File("tree/sub/b.doc"), null], lines.Select(line => Text(line, "path")));
        Assert.Equal(["clean", "held-back", null], lines.Select(line => Text(line, "verdict")));
        Assert.Equal("suspect", Text(lines[2], "state"));
        Assert.Equal(20_000, lines[1].GetProperty("bytes").GetInt64());
        Assert.Contains("random", lines[1].GetProperty("rules").EnumerateArray().Select(rule => rule.GetString()));
        Assert.False(Directory.Exists(agent.State));
    }

    [Fact]
    public async Task Three_held_back_files_of_a_few_would_freeze_and_the_exit_code_says_so()
    {
        using var agent = new AgentUnderTest();
        string[] files = ["a", "b", "c"];
        foreach (var file in files) await File.WriteAllBytesAsync(agent.File(file), Samples.Noise(20_000));
        Assert.Equal(ExitCode.Frozen, await agent.RunAsync(["gate", .. files.Select(agent.File)]));
        Assert.Contains("3 held back", agent.Output, StringComparison.Ordinal);
        Assert.Contains("frozen", agent.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_read_is_named_and_the_rest_is_looked_at()
    {
        using var agent = new AgentUnderTest();
        await File.WriteAllBytesAsync(agent.File("a"), Samples.Prose(100));
        File.CreateSymbolicLink(agent.File("link"), "a");
        Assert.Equal(ExitCode.Partly, await agent.RunAsync(["gate", agent.File("link"), agent.File("a"), "--json"]));
        Assert.Contains(agent.File("link"), agent.Errors, StringComparison.Ordinal);
        Assert.Equal(["unreadable", "clean", null], Lines(agent).Select(line => Text(line, "verdict")));
    }

    [Fact]
    public async Task A_file_that_is_named_twice_or_below_a_named_folder_is_counted_once()
    {
        using var agent = new AgentUnderTest();
        Directory.CreateDirectory(agent.File("tree/sub"));
        foreach (var name in (string[])["tree/a", "tree/sub/b"]) await File.WriteAllBytesAsync(agent.File(name), Samples.Noise(20_000));
        string[] paths = ["tree/a", "tree", "tree/a", "tree/sub/../sub/", "tree/sub"];
        Assert.Equal(ExitCode.Done, await agent.RunAsync(["gate", .. paths.Select(agent.File), "--json"]));
        Assert.Equal(2, Lines(agent)[^1].GetProperty("files").GetInt64());
    }

    [Fact]
    public async Task Names_of_any_bytes_are_looked_at_and_none_of_them_reaches_the_terminal()
    {
        using var agent = new AgentUnderTest();
        Directory.CreateDirectory(agent.File("tree"));
        await File.WriteAllBytesAsync(agent.File("noise"), Samples.Noise(20_000));
        // Only a shell can write a name that is not UTF-8.
        const string Script = "cp \"$1/noise\" \"$1/tree/$(printf 'a\\377\\033[31m')\"";
        using (var shell = System.Diagnostics.Process.Start("/bin/sh", ["-c", Script, "sh", agent.File("")]))
            await shell.WaitForExitAsync();
        Assert.Equal(ExitCode.Done, await agent.RunAsync(["gate", agent.File("tree")]));
        Assert.Contains("tree/a\\xff\\x1b[31m", agent.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paths_that_the_configuration_declares_as_encrypted_are_not_held_back()
    {
        using var agent = new AgentUnderTest();
        await File.WriteAllBytesAsync(agent.File("volume"), Samples.Noise(50_000));
        await File.WriteAllTextAsync(agent.Config, $"url = \"https://x\"\n[gate]\nencrypted_paths = [\"{agent.File("volume")}\"]\n");
        Assert.Equal(ExitCode.Done, await agent.RunAsync(["gate", agent.File("volume"), "--json"]));
        Assert.Equal(["clean", null], Lines(agent).Select(line => Text(line, "verdict")));
    }

    [Theory]
    [InlineData("gate")]
    [InlineData("gate /there/is/nothing")]
    [InlineData("gate ")]
    public async Task Wrong_usage_is_exit_code_2(string arguments)
    {
        using var agent = new AgentUnderTest();
        Assert.Equal(ExitCode.Usage, await agent.RunAsync(arguments.Split(' ')));
    }

    [Fact]
    public async Task This_machines_own_libraries_are_clean()
    {
        using var agent = new AgentUnderTest();
        var files = Directory.EnumerateFiles("/usr/bin")
            .Where(path => new FileInfo(path) is { LinkTarget: null, Length: < 1 << 20 }).Order().Take(40);
        Assert.Equal(ExitCode.Done, await agent.RunAsync(["gate", .. files, "--json"]));
        Assert.True(Lines(agent)[^1].GetProperty("heldBack").GetInt64() == 0, agent.Output);
    }

    private static List<JsonElement> Lines(AgentUnderTest agent) =>
        [.. agent.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private static string? Text(JsonElement line, string member) => line.TryGetProperty(member, out var value) ? value.GetString() : null;
}
