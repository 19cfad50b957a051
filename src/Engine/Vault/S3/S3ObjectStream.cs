using Amazon.S3;
using Amazon.S3.Model;

namespace HostAtlas.Engine.Vault.S3;

/// <summary>
/// An object of a bucket as a stream that can begin anywhere: the bytes are asked for with the first read after a move, to the end, and
/// only of the object that was found. Not thread-safe.
/// </summary>
internal sealed class S3ObjectStream(AmazonS3Client client, string bucket, string key, long length, string tag) : Stream
{
    private GetObjectResponse? _response;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _position >= length) return 0;
        return await S3Faults.TryAsync("to give an object", async () =>
        {
            _response ??= await client.GetObjectAsync(new GetObjectRequest
            {
                BucketName = bucket,
                Key = key,
                EtagToMatch = tag,
                ByteRange = new ByteRange(_position, length - 1),
            }, cancellationToken).ConfigureAwait(false);
            var read = await _response.ResponseStream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            _position += read;
            return read;
        }, cancellationToken).ConfigureAwait(false);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it by ReadAsync.");

    public override long Seek(long offset, SeekOrigin origin)
    {
        var target = offset + (origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => _position, _ => length });
        ArgumentOutOfRangeException.ThrowIfNegative(target);
        if (target == _position) return target;
        _response?.Dispose();
        _response = null;
        return _position = target;
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("An object is written once.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("An object is written once.");

    protected override void Dispose(bool disposing)
    {
        if (disposing) _response?.Dispose();
        base.Dispose(disposing);
    }
}
