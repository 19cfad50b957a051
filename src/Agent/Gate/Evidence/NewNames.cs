using System.Text;
using HostAtlas.Agent.Gate.Rules;

namespace HostAtlas.Agent.Gate.Evidence;

/// <summary>
/// Looks at the names of new files beside those of the last snapshot: attacks add one ending to everything, and leave notes. Bounded,
/// whatever the tree; not thread-safe.
/// </summary>
internal sealed class NewNames
{
    private const int EndingsMost = 10_000, EndingLongest = 24, FoldersMost = 1_000;

    private readonly HashSet<string> _before = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, long> _new = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _noteFolders = new(StringComparer.Ordinal);

    /// <summary>Most new files of one ending that no file of the last snapshot has.</summary>
    public long OneNewEnding => _new.Where(count => !_before.Contains(count.Key)).Select(count => count.Value).DefaultIfEmpty().Max();

    /// <summary>Folders in which a file named like a ransom note is new.</summary>
    public long NoteFolders => _noteFolders.Count;

    /// <summary>A file of the last snapshot.</summary>
    public void Before(ReadOnlySpan<byte> name)
    {
        if (_before.Count < EndingsMost && Ending(name) is { } ending) _before.Add(ending);
    }

    /// <summary>A file that the last snapshot does not have.</summary>
    public void New(ReadOnlySpan<byte> path)
    {
        var name = path[(path.LastIndexOf((byte)'/') + 1)..];
        if (Ending(name) is { } ending && (_new.Count < EndingsMost || _new.ContainsKey(ending)))
            _new[ending] = _new.GetValueOrDefault(ending) + 1;
        if (_noteFolders.Count < FoldersMost && RansomNote.IsNamedSo(Encoding.UTF8.GetString(name)))
            _noteFolders.Add(Encoding.UTF8.GetString(path[..^name.Length]));
    }

    private static string? Ending(ReadOnlySpan<byte> name) => name.LastIndexOf((byte)'.') is var dot and > 0
        && name.Length - dot is > 1 and <= EndingLongest ? Encoding.UTF8.GetString(name[(dot + 1)..]) : null;
}
