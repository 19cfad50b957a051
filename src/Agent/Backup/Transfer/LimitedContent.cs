using System.Net;

namespace HostAtlas.Agent.Backup.Transfer;

/// <summary>An object as a request's body: sent piece by piece under the rate limit, from where it lies.</summary>
internal sealed class LimitedContent(ReadOnlyMemory<byte> bytes, RateLimit limit, Action<int> sent) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        for (var rest = bytes; !rest.IsEmpty;)
        {
            var piece = rest[..Math.Min(rest.Length, RateLimit.PieceBytes)];
            await limit.WaitAsync(piece.Length, cancellationToken).ConfigureAwait(false);
            await stream.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
            sent(piece.Length);
            rest = rest[piece.Length..];
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = bytes.Length;
        return true;
    }
}
