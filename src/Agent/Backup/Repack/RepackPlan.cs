namespace HostAtlas.Agent.Backup.Repack;

/// <summary>A pack that a snapshot needs, and what of it.</summary>
/// <param name="Number">Its place among the known packs.</param>
/// <param name="SizeBytes">Its object's size.</param>
/// <param name="LiveBytes">Stored bytes and table entries of the blobs that the snapshot needs.</param>
/// <param name="HoldsTrees">It holds trees and lists; else contents of files. The two never share a pack.</param>
internal readonly record struct PackFigures(int Number, long SizeBytes, long LiveBytes, bool HoldsTrees)
{
    /// <summary>The needed part.</summary>
    public double LiveShare => (double)LiveBytes / SizeBytes;
}

/// <summary>When packs are repacked, and how much of them in one run.</summary>
internal sealed record RepackRules
{
    /// <summary>Bytes that one run moves at most; 0: none.</summary>
    public required long MostBytes { get; init; }

    /// <summary>Nothing is moved as long as less than this part of what is needed is dead; 0: whoever asked wants it now.</summary>
    public double WasteShare { get; init; } = 0.2;

    /// <summary>A pack of which less is needed is moved. At a half, what is moved frees at least as much.</summary>
    public double LiveShare { get; init; } = 0.5;
}

/// <summary>
/// Which packs are emptied into new ones, worst first. Pure. It looks at what the newest snapshot needs: older ones keep the packs that
/// they need until they expire, and a pack that the newest one still needs for its last tenth would be kept for ever. What is moved is
/// small beside what the platform calls a jump (three tenths of the chain), and so is what becomes needless beside a chain that halved.
/// </summary>
/// <param name="Victims">The packs to be emptied.</param>
/// <param name="NeededBytes">All that the snapshot needs of earlier runs, as objects.</param>
/// <param name="WastedBytes">Of it, what lies in its packs and is dead, padding included.</param>
/// <param name="MovedBytes">What the new packs will take.</param>
/// <param name="FreedBytes">What the snapshot needs less.</param>
internal sealed record RepackPlan(
    IReadOnlyList<PackFigures> Victims, long NeededBytes, long WastedBytes, long MovedBytes, long FreedBytes)
{
    private const int PackStepBytes = Format.ObjectSize.PackStepBytes;
    private const int MovedPart = 5, FreedPart = 3;

    /// <summary>Decides.</summary>
    /// <param name="packs">Those of earlier runs that the snapshot needs.</param>
    /// <param name="newBytes">What the run itself brought.</param>
    /// <param name="rules">When, and how much.</param>
    public static RepackPlan Of(IReadOnlyList<PackFigures> packs, long newBytes, RepackRules rules)
    {
        var needed = packs.Sum(pack => pack.SizeBytes);
        var wasted = needed - packs.Sum(pack => pack.LiveBytes);
        var none = new RepackPlan([], needed, wasted, 0, 0);
        if (needed == 0 || wasted < rules.WasteShare * needed) return none;
        var most = Math.Min(rules.MostBytes, (needed / MovedPart) - newBytes);
        var (victims, trees, data, size) = (new List<PackFigures>(), 0L, 0L, 0L);
        foreach (var pack in packs.Where(pack => pack.LiveShare < rules.LiveShare).OrderBy(pack => pack.LiveShare)
            .ThenBy(pack => pack.Number))
        {
            var (nextTrees, nextData) = pack.HoldsTrees ? (trees + pack.LiveBytes, data) : (trees, data + pack.LiveBytes);
            var moved = Padded(nextTrees) + Padded(nextData);
            if (moved > most || size + pack.SizeBytes - moved > needed / FreedPart) continue;
            victims.Add(pack);
            (trees, data, size) = (nextTrees, nextData, size + pack.SizeBytes);
        }
        var total = Padded(trees) + Padded(data);
        return size - total >= Math.Max(total, PackStepBytes) ? new RepackPlan(victims, needed, wasted, total, size - total) : none;
    }

    private static long Padded(long bytes) => (bytes + PackStepBytes - 1) / PackStepBytes * PackStepBytes;
}
