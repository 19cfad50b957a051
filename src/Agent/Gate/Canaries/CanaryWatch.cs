using System.Security.Cryptography;

namespace HostAtlas.Agent.Gate.Canaries;

/// <summary>What a look at the canaries found.</summary>
/// <param name="Watched">How many there are.</param>
/// <param name="Changed">Paths of those that are gone, or no longer what they were.</param>
/// <param name="Troubles">What could not be looked at, and why, for people.</param>
internal sealed record CanaryFindings(long Watched, IReadOnlyList<string> Changed, IReadOnlyList<string> Troubles);

/// <summary>
/// Holds the canaries against what they were. A file of the owner's own is remembered as it is at the first look.
/// </summary>
/// <param name="listPath">STATE/canaries.json.</param>
internal sealed class CanaryWatch(string listPath)
{
    // A canary is read whole at each backup.
    private const long OwnBytesMost = 64 << 20;

    /// <summary>Looks at all of them.</summary>
    /// <param name="own">Files that the configuration names.</param>
    public CanaryFindings Check(IReadOnlyList<string> own)
    {
        var list = CanaryList.Load(listPath);
        var (changed, troubles) = (new List<string>(), new List<string>());
        // What the configuration does not name any more is not watched any more.
        var kept = list.Canaries.Where(canary => canary.Root is not null || own.Contains(canary.Path)).ToList();
        foreach (var canary in kept)
        {
            if (TryRead(canary.Path, out var now) is { } fault && File.Exists(canary.Path))
                troubles.Add($"The canary {canary.Path} cannot be read ({fault}): it counts as changed.");
            if (now is null || now.Value.Sha256 != canary.Sha256) changed.Add(canary.Path);
        }
        var before = kept.Count;
        foreach (var path in own.Where(path => kept.All(canary => canary.Path != path)).Distinct())
        {
            if (TryRead(path, out var found) is { } fault) troubles.Add($"[gate] canaries: {path} is not watched: {fault}.");
            else kept.Add(new Canary(path, null, found!.Value.Bytes, found.Value.Sha256, found.Value.At));
        }
        if (kept.Count != list.Canaries.Count || kept.Count != before) new CanaryList { Canaries = kept }.Save(listPath);
        return new CanaryFindings(kept.Count, changed, troubles);
    }

    /// <summary>Reads a file; the fault when it cannot be, or is no file.</summary>
    public static string? TryRead(string path, out (long Bytes, string Sha256, DateTimeOffset At)? found)
    {
        found = null;
        try
        {
            var info = new FileInfo(path);
            if (info.LinkTarget is not null || !info.Exists) return "there is no such file";
            if (info.Length > OwnBytesMost) return "it is larger than 64 MiB";
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            found = (info.Length, Convert.ToHexStringLower(SHA256.HashData(stream)), info.LastWriteTimeUtc);
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }
}
