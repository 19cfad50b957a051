using System.Collections.Concurrent;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Storage.Sealing;

/// <summary>Keys in memory, for tests that have an actor system and no database.</summary>
internal sealed class MemoryKeyStore : IKeyStore
{
    private readonly ConcurrentDictionary<(TeamId Team, int Number), WrappedKey> _keys = new();

    /// <summary>Thrown by every call while it is set: the database is away.</summary>
    public Exception? Away { get; set; }

    /// <summary>How often the keys of a team were asked for.</summary>
    public int Loads { get; private set; }

    public IReadOnlyList<WrappedKey> Load(TeamId team) => ++Loads > 0 && Away is { } away
        ? throw away
        : [.. _keys.Values.Where(key => key.Team == team).OrderBy(key => key.Number)];

    public void Add(WrappedKey key)
    {
        if (Away is { } away) throw away;
        _keys.TryAdd((key.Team, key.Number), key);
    }

    public IReadOnlyList<WrappedKey> LoadPage(TeamId? after, int teams) => throw new NotSupportedException("These tests rotate nothing.");

    public void Put(IReadOnlyList<WrappedKey> keys) => throw new NotSupportedException("These tests rotate nothing.");

    public KeyDestruction Destroy(TeamId team, int throughNumber, DateTimeOffset at)
    {
        var keys = Load(team).Where(key => key.Number <= throughNumber && key.DestroyedAt is null).ToList();
        foreach (var key in keys) _keys[(team, key.Number)] = key with { Wrapped = [], DestroyedAt = at };
        return new KeyDestruction(keys.Count, TracesGone: true);
    }
}
