namespace HostAtlas.Engine.Cluster;

/// <summary>An event as the journal holds it. What it is and says is known to whoever has the keys.</summary>
public sealed record SealedEvent(byte[] Bytes)
{
    /// <inheritdoc />
    public override string ToString() => $"SealedEvent({Bytes.Length} bytes)";
}

/// <summary>A snapshot as the store holds it.</summary>
public sealed record SealedSnapshot(byte[] Bytes)
{
    /// <inheritdoc />
    public override string ToString() => $"SealedSnapshot({Bytes.Length} bytes)";
}
