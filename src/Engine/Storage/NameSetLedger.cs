using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage;

/// <summary>
/// Which name lists are in the database for sure and marked as used today, so that the hot path touches <c>metric_sets</c> once a server
/// and day. What a transaction adds counts only once it has committed; a rolled-back list would be taken for stored. Bounded: when it is
/// full it starts afresh, which costs a look-up a server.
/// </summary>
internal sealed class NameSetLedger
{
    private const int MaxEntries = 1_000_000, DaySeconds = 86_400;

    private readonly Dictionary<(ServerId Server, long Set), int> _days = [];
    private readonly List<((ServerId, long) Key, int Day)> _staged = [];

    /// <summary>
    /// The day of a time, counted from the epoch. Each server has its own midnight, so that a million marks do not fall on one second.
    /// </summary>
    public static int DayOf(ServerId server, DateTimeOffset at) =>
        (int)((at.ToUnixTimeSeconds() + ((uint)server.Value.GetHashCode() % DaySeconds)) / DaySeconds);

    /// <summary>Whether the list is stored and marked for this day or a later one.</summary>
    public bool Knows(ServerId server, long set, int day) => _days.TryGetValue((server, set), out var marked) && marked >= day;

    /// <summary>Takes note of a list that the open transaction stores.</summary>
    public void Stage(ServerId server, long set, int day) => _staged.Add(((server, set), day));

    /// <summary>The transaction has committed.</summary>
    public void Commit()
    {
        if (_staged.Count == 0) return;
        if (_days.Count + _staged.Count > MaxEntries) _days.Clear();
        foreach (var (key, day) in _staged) _days[key] = day;
        _staged.Clear();
    }

    /// <summary>The transaction was rolled back, or none is open.</summary>
    public void Rollback() => _staged.Clear();
}
