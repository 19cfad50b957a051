using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Gate.Rules;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>
/// A directory whose tree is being written. A tree is in the order of the names, but whether a file that is gone stays in it (in its last
/// clean version, because an attack has encrypted and renamed it) is only known when the walk comes to its new name. So entries wait behind
/// one that is gone until no later name can be its new one; that is a handful, and never more than a bound.
/// </summary>
internal sealed class OpenTree(TreeWriter writer)
{
    private const int WaitingMost = 256, WaitingIdsMost = 32 * 1024;

    private readonly LinkedList<Waiting> _waiting = new();
    private readonly Dictionary<string, DateTimeOffset> _awaited = [];
    private int _waitingIds;

    /// <summary>Adds the next entry.</summary>
    public void Add(TreeEntry entry)
    {
        Release(entry.Name.Span);
        if (_waiting.Count == 0) writer.Add(entry);
        else Wait(new Waiting(entry, isGone: false));
    }

    /// <summary>A file of the last snapshot is gone. It stays out, unless it is kept.</summary>
    public void Gone(TreeEntry entry)
    {
        if (_awaited.Remove(Key(entry.Name.Span), out var since))
        {
            Add(entry with { HeldBackSince = since });
            return;
        }
        Release(entry.Name.Span);
        Wait(new Waiting(entry, isGone: true));
    }

    /// <summary>Whether an entry that is gone can still be kept: it waits, or comes after the name that was written last.</summary>
    public bool CanKeep(ReadOnlySpan<byte> gone, ReadOnlySpan<byte> at) => gone.SequenceCompareTo(at) > 0 || Find(gone) is not null;

    /// <summary>Keeps an entry that is gone, as held back.</summary>
    public void Keep(ReadOnlySpan<byte> gone, DateTimeOffset since)
    {
        if (Find(gone) is { } waiting) waiting.Keep(since);
        else _awaited[Key(gone)] = since;
    }

    /// <summary>Ends the directory.</summary>
    public Reference Finish()
    {
        while (_waiting.Count > 0) WriteFirst();
        return writer.Finish();
    }

    private void Wait(Waiting waiting)
    {
        _waiting.AddLast(waiting);
        _waitingIds += waiting.Ids;
        while (_waiting.Count > WaitingMost || (_waitingIds > WaitingIdsMost && _waiting.Count > 1)) WriteFirst();
    }

    // Up to the first one that a later name may still keep.
    private void Release(ReadOnlySpan<byte> at)
    {
        while (_waiting.First?.Value is { } first && (!first.IsGone || RenameMatch.IsPast(first.Entry.Name.Span, at))) WriteFirst();
    }

    private void WriteFirst()
    {
        var first = _waiting.First!.Value;
        _waiting.RemoveFirst();
        _waitingIds -= first.Ids;
        if (!first.IsGone) writer.Add(first.Entry);
    }

    private Waiting? Find(ReadOnlySpan<byte> gone)
    {
        foreach (var waiting in _waiting)
        {
            if (waiting.Entry.Name.Span.SequenceEqual(gone)) return waiting;
        }
        return null;
    }

    private static string Key(ReadOnlySpan<byte> name) => Convert.ToHexString(name);

    private sealed class Waiting(TreeEntry entry, bool isGone)
    {
        public TreeEntry Entry { get; private set; } = entry;

        public bool IsGone { get; private set; } = isGone;

        public int Ids { get; } = entry.Chunks?.Ids.Count ?? 0;

        public void Keep(DateTimeOffset since) => (Entry, IsGone) = (Entry with { HeldBackSince = since }, false);
    }
}
