using System.Text.Json;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;
using static HostAtlas.EndToEnd.Tests.Ending;

namespace HostAtlas.EndToEnd.Tests;

/// <summary>A real agent's backup into a real platform's vault, and the way back: on the same host, and on a new one with the recovery
/// key.</summary>
public sealed class BackupTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TempFolder _folder = new();

    private string Tree => _folder.File("tree");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(PlatformStore.Sqlite)]
    [InlineData(PlatformStore.Postgresql)]
    public async Task What_was_backed_up_comes_back_identical_on_this_host_and_on_a_new_one(PlatformStore store)
    {
        // This machine's own configuration, with whatever modes, owners and links it has, and a sparse file beside it.
        await ShellAsync($"mkdir -p {Tree} && cp -a /etc {Tree}/etc && truncate -s 64M {Tree}/sparse && printf end >> {Tree}/sparse");
        await using var platform = await PlatformProcess.StartAsync(store);
        using var founder = await Founder.FoundAsync(platform);
        var server = await founder.AddServerAsync("kept");
        await using var agent = await EnrolledAsync(platform, server.Token);
        Assert.NotEqual(0, (await agent.RunVerbAsync("backup")).ExitCode);
        Succeeded(await agent.RunVerbAsync("key", "init", "--recovery-to", _folder.File("recovery")));

        Succeeded(await agent.RunVerbAsync("backup", "--json"));
        await ShellAsync($"printf 'changed\\n' >> {Tree}/etc/hostname && mkdir {Tree}/new && date > {Tree}/new/file");
        Succeeded(await agent.RunVerbAsync("backup", "--json"));
        var snapshots = await agent.RunVerbAsync("snapshots", "--json");
        Succeeded(snapshots);
        using (var listed = JsonDocument.Parse(snapshots.Output))
            Assert.Equal(2, listed.RootElement.GetProperty("items").GetArrayLength());
        using (var shown = await founder.GetAsync($"/api/servers/{server.Id}/backups"))
            Assert.Equal(2, shown.RootElement.GetProperty("items").GetArrayLength());

        Succeeded(await agent.RunVerbAsync("verify", "--read-data"));
        Succeeded(await agent.RunVerbAsync("restore", "latest", "--to", _folder.File("back")));
        await SameAsync(_folder.File("back"));

        // The server is gone: a new host, a rotated token of the same server, and the recovery key.
        await using var other = await EnrolledAsync(platform, await founder.RotateTokenAsync(server));
        Succeeded(await other.RunVerbAsync("key", "import", _folder.File("recovery")));
        Succeeded(await other.RunVerbAsync("restore", "latest", "--to", _folder.File("elsewhere")));
        await SameAsync(_folder.File("elsewhere"));
    }

    private async Task<AgentProcess> EnrolledAsync(PlatformProcess platform, string token)
    {
        var agent = new AgentProcess(platform);
        await agent.ConfigureAsync($"[backup]\nroots = [\"{Tree}\"]\ninclude_private_keys = true\n");
        Succeeded(await agent.EnrolAsync(token));
        return agent;
    }

    // A tar of both holds content, mode, owner, times, links and attributes, in one order.
    private async Task SameAsync(string restored)
    {
        const string tar = "tar --sort=name --xattrs --format=posix --pax-option=delete=atime,delete=ctime,exthdr.name=x -cf - .";
        await ShellAsync($"cmp <(cd {Tree} && {tar}) <(cd {restored}{Tree} && {tar})");
        await ShellAsync($"test $(stat -c %b {restored}{Tree}/sparse) -lt 4096 # 2 MiB of 64");
    }

    private static async Task ShellAsync(string script)
    {
        var finished = await ChildProcess.RunAsync("bash", ["-ec", script], Patience);
        Assert.True(finished.ExitCode == 0, $"{script} ended with {finished.ExitCode}:\n{finished.LastWords}");
    }
}
