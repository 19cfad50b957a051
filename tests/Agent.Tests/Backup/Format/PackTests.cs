using System.Buffers.Binary;
using CsCheck;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Tests.Backup.Format;

public sealed class PackTests
{
    private static readonly ObjectId Id = TestKeys.Id<ObjectId>(3);
    private static readonly ObjectName Name = new(ObjectKind.Pack, Id);

    [Fact]
    public void Every_blob_of_a_pack_is_found_by_its_table() => Gen.Int[1, 60_000].Array[0, 40].Sample(lengths =>
    {
        using var compressor = new BlobCompressor();
        using var builder = new PackBuilder(TestKeys.Sealer());
        var chunks = lengths.Select((length, i) => i % 2 == 0 ? TestKeys.Noise(length, i) : new byte[length]).ToArray();
        foreach (var chunk in chunks) Add(builder, compressor, chunk);
        using var pack = builder.Seal(Id);
        Assert.Equal(0, pack.Object.Bytes.Length % (256 << 10));

        var (plain, keys) = TestKeys.Opener.Open(Name, pack.Object.Bytes.Span);
        var entries = PackTable.Read(Name, plain, plain.Length);
        Assert.Equal(pack.Entries, entries);
        Assert.Equal(chunks.Length, entries.Count);
        foreach (var (entry, chunk) in entries.Zip(chunks))
        {
            var raw = new byte[entry.RawLength];
            Assert.True(compressor.TryRestore(entry.Codec, plain.AsSpan((int)entry.Offset, entry.StoredLength), raw));
            Assert.Equal(chunk, raw);
            Assert.Equal(entry.Id, ChunkId.Of(keys, raw));
        }
    }, iter: 25);

    [Fact]
    public void A_full_pack_is_sixteen_mebibytes_and_an_empty_one_takes_the_largest_blob()
    {
        using var builder = new PackBuilder(TestKeys.Sealer());
        var chunk = TestKeys.Noise(Chunker.MaxBytes);
        Assert.True(builder.Fits(chunk.Length));
        while (builder.Fits(chunk.Length)) builder.Add(ChunkId.Of(TestKeys.Keys, chunk), BlobCodec.Raw, chunk, chunk.Length);
        while (builder.Fits(1)) builder.Add(default, BlobCodec.Raw, [1], 1);
        Assert.Throws<InvalidOperationException>(() => builder.Add(default, BlobCodec.Raw, [1], 1));
        using var pack = builder.Seal(Id);
        Assert.Equal(16 << 20, pack.Object.Bytes.Length);
        Assert.Throws<InvalidOperationException>(() => builder.Seal(Id));
    }

    [Fact]
    public void A_table_that_says_what_cannot_be_is_refused()
    {
        using var builder = new PackBuilder(TestKeys.Sealer());
        builder.Add(default, BlobCodec.Raw, [1, 2, 3], 3);
        builder.Add(default, BlobCodec.Zstd, [1, 2, 3], 300);
        using var pack = builder.Seal(Id);
        var (plain, _) = TestKeys.Opener.Open(Name, pack.Object.Bytes.Span);
        Assert.Equal(2, PackTable.Read(Name, plain, plain.Length).Count);

        var first = plain.Length - 8 - (2 * 49);
        Refused(bytes => bytes[^1] = (byte)'2');
        Refused(bytes => BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(bytes.Length - 8), uint.MaxValue));
        Refused(bytes => BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(first + 32), ulong.MaxValue));
        Refused(bytes => BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(first + 32), (ulong)first - 2));
        Refused(bytes => BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(first + 40), 0));
        Refused(bytes => BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(first + 40), 4));
        Refused(bytes => BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(first + 44), 0));
        Refused(bytes => BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(first + 44), 2));
        Refused(bytes => BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(first + 49 + 44), (4 << 20) + 1));
        Refused(bytes => bytes[first + 48] = 2);

        void Refused(Action<byte[]> change)
        {
            var changed = (byte[])plain.Clone();
            change(changed);
            var broken = Assert.Throws<ObjectBrokenException>(() => PackTable.Read(Name, changed, changed.Length));
            Assert.Equal(ObjectFault.Content, broken.Fault);
        }
    }

    [Fact]
    public void Any_bytes_are_read_as_a_table_or_refused() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        byte[] plain = [.. bytes, 0, 0, 0, (byte)(bytes.Length / 60), .. "HAP1"u8];
        try
        {
            Assert.Equal(bytes.Length / 60, PackTable.Read(Name, plain, plain.Length).Count);
        }
        catch (ObjectBrokenException broken)
        {
            Assert.Equal(ObjectFault.Content, broken.Fault);
        }
    });

    [Fact]
    public void An_index_gives_the_tables_of_its_packs_back() => Gen.Int[0, 30].Array[0, 12].Sample(counts =>
    {
        using var builder = new IndexBuilder(TestKeys.Sealer());
        var packs = counts.Select((count, i) => (Pack: TestKeys.Id<ObjectId>((byte)i), Entries: Entries(count))).ToArray();
        foreach (var (pack, entries) in packs) builder.Add(pack, entries);
        using var index = builder.Seal(Id);
        Assert.Equal(0, index.Bytes.Length % (64 << 10));
        var read = IndexTable.Read(index.Name, TestKeys.Opener.Open(index.Name, index.Bytes.Span).Plain);
        Assert.Equal(packs.Select(p => p.Pack), read.Select(p => p.Pack));
        foreach (var (expected, found) in packs.Zip(read)) Assert.Equal(expected.Entries, found.Entries);
    }, iter: 25);

    [Fact]
    public void An_index_takes_sixty_four_packs()
    {
        using var builder = new IndexBuilder(TestKeys.Sealer());
        for (var i = 0; i < 64; i++) builder.Add(Id, Entries(1));
        Assert.False(builder.Fits(0));
    }

    [Fact]
    public void An_index_that_claims_more_than_it_holds_is_refused()
    {
        using var builder = new IndexBuilder(TestKeys.Sealer());
        builder.Add(Id, Entries(2));
        using var index = builder.Seal(Id);
        var plain = TestKeys.Opener.Open(index.Name, index.Bytes.Span).Plain;
        Refused(bytes => bytes[^1] = 0);
        Refused(bytes => BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(bytes.Length - 8), uint.MaxValue));
        Refused(bytes => BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(bytes.Length - 8), 2));
        Refused(bytes => BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(16), uint.MaxValue));
        Refused(bytes => bytes[20 + 48] = 9);
        Refused(bytes => bytes.AsSpan(0, 16).Clear());

        void Refused(Action<byte[]> change)
        {
            var changed = (byte[])plain.Clone();
            change(changed);
            Assert.Equal(ObjectFault.Content, Assert.Throws<ObjectBrokenException>(() => IndexTable.Read(index.Name, changed)).Fault);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_blob_that_does_not_compress_is_stored_raw_and_damage_never_unfolds(bool isHosts)
    {
        using var compressor = new BlobCompressor(Zstd(isHosts));
        var frame = new byte[200_000];
        Assert.Equal(0, compressor.TryCompress(TestKeys.Noise(100_000), frame));
        Assert.Equal(0, compressor.TryCompress([5], frame));
        var length = compressor.TryCompress(new byte[100_000], frame);
        Assert.InRange(length, 1, 200);
        Assert.False(compressor.TryRestore(BlobCodec.Zstd, frame.AsSpan(0, length), new byte[99_999]));
        Assert.False(compressor.TryRestore(BlobCodec.Zstd, frame.AsSpan(0, length), new byte[100_001]));
        Assert.False(compressor.TryRestore(BlobCodec.Zstd, frame.AsSpan(0, length - 1), new byte[100_000]));
        Assert.False(compressor.TryRestore(BlobCodec.Raw, frame.AsSpan(0, 5), new byte[6]));
        Assert.False(compressor.TryRestore((BlobCodec)7, frame.AsSpan(0, 5), new byte[5]));
        Assert.True(compressor.TryRestore(BlobCodec.Zstd, frame.AsSpan(0, length), new byte[100_000]));
        Gen.Byte.Array[0, 200].Sample(bytes => compressor.TryRestore(BlobCodec.Zstd, bytes, new byte[1000]) || true, threads: 1);
    }

    [Fact]
    public void What_one_zstd_packs_the_other_unfolds()
    {
        using var hosts = new BlobCompressor(Zstd(isHosts: true));
        using var managed = new BlobCompressor(Zstd(isHosts: false));
        foreach (var length in new[] { 2, 5_000, 300_000, Chunker.MaxBytes })
        {
            var chunk = new byte[length];
            for (var i = 0; i < length; i++) chunk[i] = (byte)"the same words in another order"[(i * 7) % 31];
            foreach (var (packs, unfolds) in new[] { (hosts, managed), (managed, hosts) })
            {
                var (frame, raw) = (new byte[length], new byte[length]);
                var packed = packs.TryCompress(chunk, frame);
                if (length > 2) Assert.InRange(packed, 1, length - 1);
                if (packed > 0) Assert.True(unfolds.TryRestore(BlobCodec.Zstd, frame.AsSpan(0, packed), raw) && raw.SequenceEqual(chunk));
            }
        }
    }

    [Fact]
    public void A_sealed_pack_is_opened_again_and_a_wrong_blob_is_found()
    {
        using var verifier = new PackVerifier(TestKeys.Opener);
        using var compressor = new BlobCompressor();
        using var builder = new PackBuilder(TestKeys.Sealer());
        foreach (var length in new[] { 1, 20_000, 3 << 20, 500, 1 << 20, 4 << 20, 16_384, 2 })
        {
            Add(builder, compressor, TestKeys.Noise(length, length));
            Add(builder, compressor, new byte[length]);
        }
        using var pack = builder.Seal(Id);
        verifier.Verify(pack);
        Assert.Throws<ObjectBrokenException>(() => verifier.Verify(pack with { Entries = [.. pack.Entries.Skip(1)] }));
        var damaged = pack.Object.Bytes.ToArray();
        damaged[5_000_000] ^= 1;
        Assert.Equal(ObjectFault.Chunk, Assert.Throws<ObjectBrokenException>(() => verifier.Verify(Name, damaged)).Fault);

        using var wrong = new PackBuilder(TestKeys.Sealer());
        wrong.Add(ChunkId.Of(TestKeys.Keys, "hello"u8), BlobCodec.Raw, "hallo"u8, 5);
        using var lying = wrong.Seal(Id);
        Assert.Equal(ObjectFault.Content, Assert.Throws<ObjectBrokenException>(() => verifier.Verify(lying)).Fault);
        using var empty = new PackBuilder(TestKeys.Sealer());
        using var none = empty.Seal(Id);
        verifier.Verify(none);
    }

    private static IZstd Zstd(bool isHosts)
    {
        // dpkg needs it: where these tests run it is there.
        Assert.True(HostZstd.IsThere);
        return isHosts ? new HostZstd(BlobCompressor.DefaultLevel) : new ManagedZstd(BlobCompressor.DefaultLevel);
    }

    private static void Add(PackBuilder builder, BlobCompressor compressor, byte[] chunk)
    {
        var frame = new byte[chunk.Length];
        var length = compressor.TryCompress(chunk, frame);
        var id = ChunkId.Of(TestKeys.Keys, chunk);
        if (length == 0) builder.Add(id, BlobCodec.Raw, chunk, chunk.Length);
        else builder.Add(id, BlobCodec.Zstd, frame.AsSpan(0, length), chunk.Length);
    }

    private static BlobEntry[] Entries(int count) =>
        [.. Enumerable.Range(1, count).Select(i => new BlobEntry(ChunkId.Of(TestKeys.Keys, [(byte)i]), i, i, 2 * i, BlobCodec.Zstd))];
}
