using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Inventory.Parsing;

/// <summary>
/// Reads two lists of dnf, of version 4 and 5 alike: <c>list --upgrades</c> (<c>name.arch  version-release  repository</c> below a heading)
/// and <c>updateinfo list --security</c> (<c>advisory … name-version-release.arch …</c>).
/// </summary>
internal static class DnfLists
{
    private static readonly string[] Architectures =
        [".x86_64", ".noarch", ".i686", ".aarch64", ".ppc64le", ".s390x", ".riscv64", ".armv7hl"];

    /// <summary>The updates; those that an advisory about security names are marked.</summary>
    public static IReadOnlyList<PackageUpdate> Parse(string upgrades, string security)
    {
        var mended = security.Split('\n').SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(HasArchitecture).ToHashSet(StringComparer.Ordinal);
        // An advisory may name an older build than the newest one: then the package counts by its name.
        var names = mended.Select(NameOf).ToHashSet(StringComparer.Ordinal);
        var updates = new List<PackageUpdate>();
        foreach (var line in upgrades.Split('\n'))
        {
            // What follows are old names of installed packages, not updates.
            if (line.StartsWith("Obsoleting", StringComparison.OrdinalIgnoreCase)) break;
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length != 3 || !HasArchitecture(fields[0]) || !fields[1].Contains('-', StringComparison.Ordinal)) continue;
            var name = fields[0][..fields[0].LastIndexOf('.')];
            updates.Add(new PackageUpdate(name, null, fields[1], names.Contains(name)));
        }
        return updates;
    }

    private static bool HasArchitecture(string word) => Architectures.Any(end => word.EndsWith(end, StringComparison.Ordinal));

    // name-version-release.arch: neither version nor release holds a dash.
    private static string NameOf(string package)
    {
        var dash = package.LastIndexOf('-');
        var second = dash < 1 ? -1 : package.LastIndexOf('-', dash - 1);
        return second < 1 ? package : package[..second];
    }
}
