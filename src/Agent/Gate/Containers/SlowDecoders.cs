using System.Buffers;
using System.IO.Compression;
using SharpCompress.Compressors.BZip2;
using SharpCompress.Compressors.LZMA;

namespace HostAtlas.Agent.Gate.Containers;

/// <summary>
/// Decoders that pull from a stream: LZMA, LZMA2 and bzip2 by SharpCompress, zstd by ZstdSharp, brotli by the runtime. What a header claims
/// to need is not believed: the dictionary is as large as what is decoded, so that 12 hostile bytes cannot ask for 4 GiB.
/// </summary>
internal sealed unsafe class SlowDecoders
{
    private const int StepBytes = 64 << 10;

    private readonly byte[] _step = new byte[StepBytes];
    private bool _starved;

    /// <summary>Bytes that the last decoder took.</summary>
    public long Consumed { get; private set; }

    /// <summary>Decodes bzip2.</summary>
    public DecodeEnd Bzip2(ReadOnlySpan<byte> bytes, DecodeBuffer output) => Pull(
        bytes, output, DecodeLimits.SlowBytes / 2,
        static stream => BZip2Stream.Create(stream, SharpCompress.Compressors.CompressionMode.Decompress, false, true, false));

    /// <summary>Decodes raw LZMA2, chunk by chunk.</summary>
    public DecodeEnd Lzma2(ReadOnlySpan<byte> bytes, DecodeBuffer output) => Pull(
        bytes, output, DecodeLimits.SlowBytes, static stream => LzmaStream.Create([22], stream, -1, -1, null!, true, true));

    /// <summary>Decodes raw LZMA with its five bytes of properties.</summary>
    public DecodeEnd Lzma(ReadOnlySpan<byte> properties, ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        if (properties.Length != 5 || properties[0] >= 9 * 5 * 5) return DecodeEnd.Broken;
        byte[] capped = [properties[0], 0, 0, 0x40, 0];
        return Pull(bytes, output, DecodeLimits.SlowBytes, stream => LzmaStream.Create(capped, stream, -1, -1, null!, false, true));
    }

    /// <summary>Decodes zstd frames whose window is at most 8 MiB.</summary>
    public DecodeEnd Zstd(ReadOnlySpan<byte> bytes, DecodeBuffer output) => Pull(bytes, output, DecodeLimits.FastBytes, static stream =>
    {
        var decoder = new ZstdSharp.DecompressionStream(stream, leaveOpen: true);
        decoder.SetParameter(ZstdSharp.Unsafe.ZSTD_dParameter.ZSTD_d_windowLogMax, 23);
        return decoder;
    });

    /// <summary>Decodes brotli, which has no magic number: only what decodes to its end counts.</summary>
    public DecodeEnd Brotli(ReadOnlySpan<byte> bytes, DecodeBuffer output)
    {
        var decoder = new BrotliDecoder();
        try
        {
            var left = bytes;
            while (output.Length < DecodeLimits.SlowBytes)
            {
                var status = decoder.Decompress(left, _step, out var taken, out var written);
                output.Write(_step.AsSpan(0, written));
                left = left[taken..];
                Consumed = bytes.Length - left.Length;
                if (status == OperationStatus.Done) return DecodeEnd.Complete;
                if (status == OperationStatus.InvalidData) return DecodeEnd.Broken;
                if (status == OperationStatus.NeedMoreData) return DecodeEnd.NeedsMore;
            }
            return DecodeEnd.Limit;
        }
        finally
        {
            decoder.Dispose();
        }
    }

    private DecodeEnd Pull(ReadOnlySpan<byte> bytes, DecodeBuffer output, long limit, Func<Stream, Stream> open)
    {
        _starved = false;
        Consumed = 0;
        if (bytes.IsEmpty) return DecodeEnd.NeedsMore;
        fixed (byte* start = bytes)
        {
            using var input = new CountedStream(this, start, bytes.Length);
            try
            {
                using var decoder = open(input);
                while (output.Length < limit)
                {
                    var read = decoder.Read(_step, 0, StepBytes);
                    if (read <= 0) return _starved && Consumed >= bytes.Length ? DecodeEnd.NeedsMore : DecodeEnd.Complete;
                    output.Write(_step.AsSpan(0, read));
                }
                return DecodeEnd.Limit;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // Each library has its own exceptions for damaged input, some of them an index out of range; none may stop a backup.
                return _starved ? DecodeEnd.NeedsMore : DecodeEnd.Broken;
            }
        }
    }

    private sealed class CountedStream(SlowDecoders owner, byte* start, long length) : UnmanagedMemoryStream(start, length)
    {
        public override int Read(byte[] buffer, int offset, int count) => Count(base.Read(buffer, offset, count), count);

        public override int Read(Span<byte> buffer) => Count(base.Read(buffer), buffer.Length);

        public override int ReadByte()
        {
            var value = base.ReadByte();
            Count(value < 0 ? 0 : 1, 1);
            return value;
        }

        private int Count(int read, int wanted)
        {
            owner.Consumed = Position;
            if (read == 0 && wanted > 0) owner._starved = true;
            return read;
        }
    }
}
