using System.Globalization;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;
using Xunit.Abstractions;
using static HostAtlas.EndToEnd.Tests.Ending;

namespace HostAtlas.EndToEnd.Tests;

/// <summary>This machine's own files, as they are, through a real agent and a real platform and back.</summary>
public sealed class WholeMachineTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(40);

    private readonly TempFolder _folder = new();

    /// <summary>All of /usr in the long form, its system programs in the short one; /etc always.</summary>
    private static string[] Roots => LongForm.IsAsked ? ["/usr", "/etc"] : ["/usr/sbin", "/etc"];

    [Fact]
    public async Task This_machines_usr_and_etc_come_back_identical_in_everything_a_file_system_tells()
    {
        await using var platform = await PlatformProcess.StartAsync();
        using var founder = await Founder.FoundAsync(platform);
        var server = await founder.AddServerAsync("whole");
        await using var agent = new AgentProcess(platform);
        var roots = string.Join(", ", Roots.Select(root => $"\"{root}\""));
        await agent.ConfigureAsync($"[backup]\nroots = [{roots}]\ninclude_private_keys = true\n");
        Succeeded(await agent.EnrolAsync(server.Token));
        Succeeded(await agent.RunVerbAsync("key", "init", "--no-recovery"));

        var began = TimeProvider.System.GetUtcNow();
        await TimedAsync(agent, "backup", "--json");
        await TimedAsync(agent, "verify", "--read-data");
        await TimedAsync(agent, "restore", "latest", "--to", _folder.File("back"));
        foreach (var root in Roots)
        {
            // The machine goes on meanwhile: what changed since the backup began is passed over, and there may be little of it.
            var compared = await TreesAlike.CompareAsync(root, _folder.File("back") + root, began);
            output.WriteLine($"{root}: {compared}");
            Assert.InRange(int.Parse(compared.Split(' ')[^3], CultureInfo.InvariantCulture), 0, 500);
        }
    }

    public void Dispose() => _folder.Dispose();

    private async Task TimedAsync(AgentProcess agent, params string[] verb)
    {
        var started = TimeProvider.System.GetTimestamp();
        var (finished, peak) = await agent.MeasureVerbAsync(Patience, verb);
        Succeeded(finished);
        output.WriteLine($"{verb[0]}: {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s, {peak >> 20} MiB resident at most");
        Assert.InRange(peak, 1, 200L << 20);
    }
}
