using System.Globalization;
using System.Text.RegularExpressions;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Agent.Tests.Packaging;

/// <summary>The systemd unit, judged by systemd itself.</summary>
public sealed partial class ServiceTests
{
    private static readonly string Unit = Path.Combine(Repository.Root, "src", "Agent", "Packaging", "hostatlas-agent.service");

    [Fact]
    public async Task Its_exposure_is_below_three()
    {
        var judged = await ChildProcess.RunAsync("systemd-analyze", ["security", "--offline=true", "--no-pager", Unit],
            TimeSpan.FromSeconds(60));
        var exposure = Exposure().Match(judged.LastWords);
        Assert.True(exposure.Success, judged.LastWords);
        Assert.InRange(double.Parse(exposure.Groups[1].Value, CultureInfo.InvariantCulture), 0, 2.99);
    }

    [Fact]
    public async Task It_says_nothing_that_systemd_does_not_know()
    {
        var verified = await ChildProcess.RunAsync("systemd-analyze", ["verify", "--man=no", Unit], TimeSpan.FromSeconds(60));
        // The program is not installed here, and a container has no init to ask.
        Assert.DoesNotContain(verified.LastWords.Split('\n'), line => line.Contains(Unit, StringComparison.Ordinal)
            || line.Contains("Unknown", StringComparison.Ordinal) || line.Contains("Failed to parse", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_permission_has_its_reason_above_it()
    {
        var lines = File.ReadAllLines(Unit);
        var bare = new List<string>();
        var explained = false;
        foreach (var line in lines)
        {
            if (line.StartsWith('#')) explained = true;
            else if (line.Length == 0 || line.StartsWith('[')) explained = false;
            else if (!explained && !Plain.Any(key => line.StartsWith(key, StringComparison.Ordinal))) bare.Add(line);
        }
        Assert.Empty(bare);
    }

    // What needs no reason.
    private static readonly string[] Plain = ["Description=", "Documentation=", "Type=", "ExecStart=", "WantedBy="];

    [GeneratedRegex(@"Overall exposure level for hostatlas-agent\.service: ([\d.]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Exposure();
}
