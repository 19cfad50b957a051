using HostAtlas.Shared;

namespace HostAtlas.Gateway.Ingest;

/// <summary>How a body is encoded.</summary>
internal enum BodyEncoding
{
    /// <summary>As it is.</summary>
    Identity,

    /// <summary>gzip (RFC 1952).</summary>
    Gzip,

    /// <summary>Anything else: 415.</summary>
    Unknown,
}

/// <summary>A decoded body in a rented buffer, or why there is none.</summary>
internal readonly record struct DecodedBody(byte[]? Buffer, int Length, DecodingFault Fault) : IDisposable
{
    /// <summary>The decoded bytes.</summary>
    public ReadOnlySpan<byte> Bytes => Buffer.AsSpan(0, Length);

    /// <inheritdoc />
    public void Dispose()
    {
        if (Buffer is not null) BodyBuffers.Return(Buffer);
    }
}

/// <summary>Why a body was not decoded.</summary>
internal enum DecodingFault
{
    /// <summary>It was.</summary>
    None,

    /// <summary>It unfolds to more than <see cref="Limits.DecodedBodyBytes"/>.</summary>
    TooLarge,

    /// <summary>It is no whole gzip stream.</summary>
    Damaged,
}
