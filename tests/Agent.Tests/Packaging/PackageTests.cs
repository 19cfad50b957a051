using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Tests.Platform;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Agent.Tests.Packaging;

/// <summary>
/// Debian's own dpkg installs, upgrades, removes and purges into a folder of this test's. What is installed is this checkout's build behind
/// a line of shell: the package around it is what the tests are about. With HOSTATLAS_LONG it is the self-contained program itself.
/// </summary>
public sealed class PackageTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2), PublishLimit = TimeSpan.FromMinutes(20);
    private static readonly TestAuthority Authority = new();
    private readonly TempFolder _folder = new();
    private TestPlatform _platform = null!;

    private string Root => _folder.File("root");

    private string State => Path.Combine(Root, "var/lib/hostatlas");

    private string Config => Path.Combine(Root, "etc/hostatlas/agent.toml");

    private string Program => Path.Combine(Root, "usr/bin/hostatlas-agent");

    private string Unit => Path.Combine(Root, "usr/lib/systemd/system/hostatlas-agent.service");

    [Fact]
    public async Task Installing_twice_and_upgrading_keep_spool_token_and_keys_and_every_report_arrives_once()
    {
        await BuildAsync("0.1.0", "0.1.1");
        await DpkgAsync("-i", Package("0.1.0"));
        Assert.Equal(FilePermissions.PrivateFolder, File.GetUnixFileMode(State));
        await EnrolAsync();
        await RunVerbAsync(0, "key", "init", "--no-recovery");
        // Reports that wait when the upgrade comes.
        _platform.Tokens.Clear();
        await RunForAWhileAsync(() => ReportSpool.Inspect(Path.Combine(State, "spool"), 1) is { Reports: >= 2 });
        var before = Files();

        await DpkgAsync("-i", Package("0.1.0"));
        await DpkgAsync("-i", Package("0.1.1"));
        Assert.Equal(before, Files());
        Assert.Contains("0.1.1", (await DpkgAsync("-s", "hostatlas-agent")).Output, StringComparison.Ordinal);

        _platform.Tokens[TestTokens.Agent()] = true;
        await RunForAWhileAsync(() => _platform.Stored.Count >= 3);
        Assert.DoesNotContain(_platform.Stored.Keys.GroupBy(key => key.At), group => group.Count() > 1);
        Assert.Equal(0, ReportSpool.Inspect(Path.Combine(State, "spool"), 1)!.Gap.Reports);
    }

    [Fact]
    public async Task Removing_keeps_what_is_the_hosts_and_purging_deletes_it_with_a_warning()
    {
        await BuildAsync("0.1.0");
        await DpkgAsync("-i", Package("0.1.0"));
        await EnrolAsync();
        await RunVerbAsync(0, "key", "init", "--no-recovery");
        var before = Files();
        await DpkgAsync("-r", "hostatlas-agent");
        Assert.False(File.Exists(Program));
        Assert.False(File.Exists(Unit));
        Assert.Equal(before, Files());

        // Back again: the same host, not another one.
        await DpkgAsync("-i", Package("0.1.0"));
        Assert.Equal(before, Files());
        Assert.Contains("nothing changed", await EnrolAsync(), StringComparison.Ordinal);

        Assert.Contains("only its recovery key", (await DpkgAsync("-P", "hostatlas-agent")).LastWords, StringComparison.Ordinal);
        Assert.False(Directory.Exists(State));
        Assert.False(Directory.Exists(Path.GetDirectoryName(Config)));
        Assert.DoesNotContain(Directory.EnumerateFiles(Root, "*hostatlas*", SearchOption.AllDirectories),
            file => !file.Contains("/var/log/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Manual_completion_unit_and_rights_are_in_the_package()
    {
        await BuildAsync("0.1.0");
        var listed = (await RunAsync("dpkg-deb", "--contents", Package("0.1.0"))).Output;
        foreach (var line in new[]
        {
            "-rwxr-xr-x root/root", "./usr/bin/hostatlas-agent", "./usr/lib/systemd/system/hostatlas-agent.service",
            "./usr/share/man/man8/hostatlas-agent.8.gz", "./usr/share/man/man5/agent.toml.5.gz",
            "./usr/share/bash-completion/completions/hostatlas-agent", "./usr/share/zsh/vendor-completions/_hostatlas-agent",
            "./usr/share/fish/vendor_completions.d/hostatlas-agent.fish", "./usr/share/doc/hostatlas-agent/copyright",
        }) Assert.Contains(line, listed, StringComparison.Ordinal);
        // A configuration that dpkg would ask about is none of the package's.
        Assert.DoesNotContain("agent.toml\n", listed + "\n", StringComparison.Ordinal);
        Assert.All(listed.Split('\n'), line => Assert.DoesNotMatch("^.{5}w|^.{8}w", line.Replace("l", "-", StringComparison.Ordinal)));
    }

    public async Task InitializeAsync()
    {
        _platform = await TestPlatform.StartAsync(Authority.Sign());
        _platform.Tokens[TestTokens.Agent()] = true;
        await File.WriteAllTextAsync(_folder.File("ca.pem"), Authority.Pem);
        Directory.CreateDirectory(Path.Combine(Root, "var/lib/dpkg/updates"));
        Directory.CreateDirectory(Path.Combine(Root, "var/lib/dpkg/info"));
        foreach (var name in new[] { "status", "available" }) await File.WriteAllTextAsync(Path.Combine(Root, "var/lib/dpkg", name), "");
    }

    public async Task DisposeAsync()
    {
        await _platform.DisposeAsync();
        _folder.Dispose();
    }

    private string Package(string version) => _folder.File($"hostatlas-agent_{version}.deb");

    // The script's own functions, as ./hostatlas package calls them.
    private async Task BuildAsync(params string[] versions)
    {
        var program = _folder.File("program");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nexec dotnet {ChildProcess.AssemblyOf("Agent")} \"$@\"\n");
        var published = _folder.File("published");
        var publish = LongForm.IsAsked ? $"publish_agent linux-x64 {published}; cp {published}/HostAtlas.Agent {program}" : ":";
        var builds = string.Join("; ", versions.Select(version => $"build_deb amd64 {version} {program} {Package(version)}"));
        await RunAsync("bash", "-euc", $"cd {Repository.Root}; root=$PWD; agent={ChildProcess.AssemblyOf("Agent")}; "
            + "fail() { echo \"$*\" >&2; exit 1; }; need_dotnet() { :; }; mkdir -p var/package; "
            + $"source src/Agent/Packaging/package.sh; {publish}; {builds}");
    }

    private Task<Finished> DpkgAsync(params string[] arguments) => RunAsync("dpkg",
        [$"--root={Root}", "--force-not-root,script-chrootless,depends,architecture,bad-path", .. arguments]);

    private async Task<string> EnrolAsync()
    {
        var token = _folder.File("token");
        await File.WriteAllTextAsync(token, TestTokens.Agent());
        File.SetUnixFileMode(token, UnixFileMode.UserRead);
        return await RunVerbAsync(0, "enroll", "--url", _platform.Url.ToString(), "--token-file", token, "--ca", _folder.File("ca.pem"));
    }

    private async Task<string> RunVerbAsync(int code, params string[] verb)
    {
        await using var process = ChildProcess.Start(Program, [.. verb, "--config", Config, "--state", State]);
        var ended = await process.EndAsync(Limit);
        Assert.True(ended.ExitCode == code, ended.LastWords);
        return ended.Output;
    }

    private async Task RunForAWhileAsync(Func<bool> holds)
    {
        var text = await File.ReadAllTextAsync(Config);
        await File.WriteAllTextAsync(Config, text.Replace("\"10s\"", "\"1s\"", StringComparison.Ordinal));
        await using var process = ChildProcess.Start(Program, ["run", "--config", Config, "--state", State]);
        await Poll.UntilAsync("the installed agent to get there", Limit, () => Task.FromResult(process.HasExited || holds()));
        Assert.True(holds(), process.LastWords);
        Assert.Equal(0, (await process.TerminateAsync(TimeSpan.FromSeconds(30))).ExitCode);
        await File.WriteAllTextAsync(Config, text);
    }

    // All that is the host's, byte for byte.
    private List<string> Files() => [.. new[] { State, Path.GetDirectoryName(Config)! }
        .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)).Order(StringComparer.Ordinal)
        .Select(file => $"{file} {File.GetUnixFileMode(file)} {Convert.ToHexString(File.ReadAllBytes(file))}")];

    private static async Task<Finished> RunAsync(string program, params string[] arguments)
    {
        var ended = await ChildProcess.RunAsync(program, arguments, PublishLimit);
        Assert.True(ended.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {ended.LastWords}");
        return ended;
    }
}
