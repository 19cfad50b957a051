using System.Collections.Immutable;

namespace HostAtlas.Engine.Backups;

/// <summary>A file that hit and counts. Ids are 32 hex digits.</summary>
public sealed record CountedHit(string Path, string Content, long Bytes);

/// <summary>
/// The files that hit within the last seven days, each once: a file that is held back hits again in every run until somebody looks, and
/// must not add up to an attack by itself. Another content of the same path is another hit. Times are those of the events; when the clock
/// was ahead, a hit counts the longer. It holds fewer than 200 files, because so many freeze the chain and a resume begins it anew.
/// </summary>
public sealed record HitWindow
{
    /// <summary>How far it reaches back.</summary>
    public static readonly TimeSpan Reach = TimeSpan.FromDays(7);

    /// <summary>No hit.</summary>
    public static readonly HitWindow Nothing = new();

    /// <summary>Listed hits with the time of the last run that had them.</summary>
    public ImmutableList<SeenHit> Seen { get; init; } = [];

    /// <summary>Hits that evidence only counted, by day.</summary>
    public ImmutableList<UnlistedDay> Others { get; init; } = [];

    /// <summary>Files and bytes in it.</summary>
    public (long Files, long Bytes) Total =>
        (Seen.Count + Others.Sum(day => day.Files), Seen.Sum(hit => hit.Bytes) + Others.Sum(day => day.Bytes));

    /// <summary>Whether a hit is one that was there before.</summary>
    public bool Knows(string path, string content) => Seen.Exists(hit => hit.Path == path && hit.Content == content);

    /// <summary>What still counts at a time.</summary>
    public HitWindow At(DateTimeOffset now) => this with
    {
        Seen = Seen.RemoveAll(hit => hit.At <= now - Reach),
        Others = Others.RemoveAll(day => day.At <= now - Reach),
    };

    /// <summary>A run's hits are added; those that were there are renewed.</summary>
    public HitWindow With(IReadOnlyList<CountedHit> listed, long otherFiles, long otherBytes, DateTimeOffset at)
    {
        var window = At(at);
        var anew = listed.Select(hit => (hit.Path, hit.Content)).ToHashSet();
        var seen = window.Seen.RemoveAll(hit => anew.Contains((hit.Path, hit.Content)))
            .AddRange(listed.Select(hit => new SeenHit(hit.Path, hit.Content, hit.Bytes, at)));
        if (otherFiles == 0 && otherBytes == 0) return window with { Seen = seen };
        var today = window.Others.FindIndex(day => day.At.UtcDateTime.Date == at.UtcDateTime.Date);
        return window with
        {
            Seen = seen,
            Others = today < 0
                ? window.Others.Add(new UnlistedDay(otherFiles, otherBytes, at))
                : window.Others.SetItem(today, window.Others[today].Plus(otherFiles, otherBytes, at)),
        };
    }
}

/// <summary>A hit and when it was last there.</summary>
public sealed record SeenHit(string Path, string Content, long Bytes, DateTimeOffset At);

/// <summary>Hits of one day (UTC) that have no pair. <paramref name="At"/>: the last of them.</summary>
public sealed record UnlistedDay(long Files, long Bytes, DateTimeOffset At)
{
    /// <summary>More of the same day.</summary>
    public UnlistedDay Plus(long files, long bytes, DateTimeOffset at) => new(Files + files, Bytes + bytes, at > At ? at : At);
}
