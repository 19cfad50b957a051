using System.Globalization;

namespace HostAtlas.Agent.Inventory.Parsing;

/// <summary>Compares releases of kernels as people do: runs of digits by their number, what stands between them by its signs.</summary>
internal static class KernelVersion
{
    /// <summary>Below 0: the first is older.</summary>
    public static int Compare(string one, string other)
    {
        var (left, right) = (Parts(one), Parts(other));
        for (var i = 0; i < Math.Min(left.Count, right.Count); i++)
        {
            var both = ulong.TryParse(left[i], NumberStyles.None, CultureInfo.InvariantCulture, out var a)
                & ulong.TryParse(right[i], NumberStyles.None, CultureInfo.InvariantCulture, out var b);
            var order = both ? a.CompareTo(b) : string.CompareOrdinal(left[i], right[i]);
            if (order != 0) return order;
        }
        return left.Count.CompareTo(right.Count);
    }

    /// <summary>The newest installed kernel that is newer than the running one and of its flavour (the last word: amd64, generic); null:
    /// none.</summary>
    public static string? Newer(string running, IEnumerable<string> installed) =>
        installed.Where(one => Flavour(one) == Flavour(running) && Compare(one, running) > 0)
            .MaxBy(one => one, Comparer<string>.Create(Compare));

    private static string Flavour(string release)
    {
        var dash = release.LastIndexOf('-');
        var last = dash < 0 ? "" : release[(dash + 1)..];
        // Red Hat has no flavour but the architecture behind the last dot.
        return last.Length > 0 && char.IsAsciiDigit(last[0]) ? last[(last.LastIndexOf('.') + 1)..] : last;
    }

    private static List<string> Parts(string release)
    {
        var parts = new List<string>();
        for (var i = 0; i < release.Length;)
        {
            var start = i;
            var digit = char.IsAsciiDigit(release[i]);
            while (i < release.Length && char.IsAsciiDigit(release[i]) == digit) i++;
            parts.Add(release[start..i]);
        }
        return parts;
    }
}
