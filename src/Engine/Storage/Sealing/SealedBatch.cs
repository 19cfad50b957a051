using HostAtlas.Engine.Presence;

namespace HostAtlas.Engine.Storage.Sealing;

/// <summary>
/// A batch as the database will hold it, whatever is in it: what tells retries, replays and new rows apart needs no more.
/// </summary>
internal abstract record SealedBatch
{
    /// <summary>Whose rows.</summary>
    public abstract ServerKey Server { get; }

    /// <summary>Eight bytes of the batch's id.</summary>
    public abstract long BatchKey { get; }

    /// <summary>Eight bytes of the request's signature.</summary>
    public abstract long SignatureKey { get; }

    /// <summary>Rows.</summary>
    public abstract int Count { get; }

    /// <summary>A row's unique key.</summary>
    public abstract RowKey KeyOf(int row);
}

/// <summary>A row's unique key, ordered as the databases order it. <paramref name="Number"/>: of a log line, else 0.</summary>
internal readonly record struct RowKey(Guid Server, long AtMs, long Key, int Number = 0) : IComparable<RowKey>
{
    public int CompareTo(RowKey other)
    {
        var order = Server.CompareTo(other.Server);
        if (order == 0) order = AtMs.CompareTo(other.AtMs);
        if (order == 0) order = Key.CompareTo(other.Key);
        return order != 0 ? order : Number.CompareTo(other.Number);
    }
}
