namespace HostAtlas.Benchmarks.Load;

/// <summary>Makes one connection's requests, one after the other; no two connections share one.</summary>
internal interface IRequestSource
{
    /// <summary>Samples in each request.</summary>
    int Samples { get; }

    /// <summary>The next request's bytes, valid until the next call.</summary>
    ReadOnlyMemory<byte> Next();
}
