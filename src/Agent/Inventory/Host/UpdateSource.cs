using HostAtlas.Agent.Inventory.Files;
using HostAtlas.Agent.Inventory.Parsing;
using HostAtlas.Shared;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Inventory.Host;

/// <summary>
/// Asks apt or dnf which updates wait, by what they last heard: nothing is fetched, installed, locked or written, and root is not needed.
/// That takes them a second or two of processor time, so it is done anew only when what they would look at has changed.
/// </summary>
internal sealed class UpdateSource(HostFiles files, ProgramRunner run)
{
    private const string AptGet = "/usr/bin/apt-get", Dnf = "/usr/bin/dnf";

    // Both write their lists and the table of what is installed anew, so the time of one of these changes.
    private static readonly string[] AptMarks = ["/var/lib/apt/lists", "/var/lib/apt/lists/partial", "/var/lib/dpkg/status"];

    private static readonly string[] DnfMarks =
    [
        "/var/lib/rpm/rpmdb.sqlite", "/usr/lib/sysimage/rpm/rpmdb.sqlite", "/var/lib/rpm/Packages", "/var/cache/dnf", "/var/cache/libdnf5",
        "/var/cache/dnf/expired_repos.json",
    ];

    // Without its caches apt makes them in memory instead of writing them; without the lock it needs no right to /var/lib/dpkg.
    private static readonly string[] AptArguments =
    [
        "--simulate", "--quiet", "-o", "Debug::NoLocking=1", "-o", "APT::Get::Show-User-Simulation-Note=0", "-o", "Dir::Cache::pkgcache=",
        "-o", "Dir::Cache::srcpkgcache=", "dist-upgrade",
    ];

    private static readonly string[] DnfOffline = ["--quiet", "--cacheonly"];
    private static readonly TimeSpan TimeMax = TimeSpan.FromMinutes(2);

    private string _marks = "";
    private PendingUpdates? _last;

    /// <summary>The updates; null where there is neither, or with a fault where one did not answer.</summary>
    public async Task<PendingUpdates?> CollectAsync(InventoryFaults faults, CancellationToken stop)
    {
        var apt = files.Exists(AptGet) && files.Exists("/var/lib/dpkg/status");
        if (!apt && !files.Exists(Dnf)) return null;
        var marks = Marks(apt ? AptMarks : DnfMarks);
        if (_last is not null && marks == _marks) return _last;
        var updates = apt ? await AptAsync(faults, stop) : await DnfAsync(faults, stop);
        (_last, _marks) = (updates, marks);
        return updates;
    }

    private async Task<PendingUpdates?> AptAsync(InventoryFaults faults, CancellationToken stop) =>
        await AskAsync("apt", AptGet, AptArguments, faults, stop) is { } text ? Summary("apt", AptSimulation.Parse(text)) : null;

    private async Task<PendingUpdates?> DnfAsync(InventoryFaults faults, CancellationToken stop)
    {
        if (await AskAsync("dnf", Dnf, [.. DnfOffline, "list", "--upgrades"], faults, stop) is not { } upgrades) return null;
        var security = await AskAsync("dnf", Dnf, [.. DnfOffline, "updateinfo", "list", "--security"], faults, stop);
        return security is null ? null : Summary("dnf", DnfLists.Parse(upgrades, security));
    }

    private async Task<string?> AskAsync(
        string source, string program, IReadOnlyList<string> arguments, InventoryFaults faults, CancellationToken stop)
    {
        var answer = await run(program, arguments, TimeMax, stop);
        // dnf ends a list without entries with 1 and says so on standard error.
        if (answer.ExitCode == 0
            || (source == "dnf" && answer is { ExitCode: 1 } && answer.Reason.Contains("No matching", StringComparison.Ordinal)))
            return answer.Output;
        faults.Add(source, answer.ExitCode is { } code ? $"ended with {code}: {answer.Reason}" : answer.Reason);
        return null;
    }

    private static PendingUpdates Summary(string manager, IReadOnlyList<PackageUpdate> updates) => new(manager, updates.Count,
        updates.Count(update => update.Security),
        [.. updates.OrderByDescending(update => update.Security).ThenBy(update => update.Name, StringComparer.Ordinal)
            .Take(Limits.InventoryItems)]);

    private string Marks(IEnumerable<string> paths) =>
        string.Join(' ', paths.Select(path => File.GetLastWriteTimeUtc(files.At(path)).Ticks));
}
