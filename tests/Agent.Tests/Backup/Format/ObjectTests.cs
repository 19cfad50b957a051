using CsCheck;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Tests.Backup.Format;

public sealed class ObjectTests
{
    private static readonly ObjectName Name = new(ObjectKind.Pack, TestKeys.Id<ObjectId>(7));

    private static readonly Gen<byte[]> Contents = Gen.OneOf(Gen.Int[0, 40], Gen.Int[16_370, 16_400], Gen.Int[0, 200_000])
        .Select(length => TestKeys.Noise(length));

    [Fact]
    public void What_was_sealed_opens() => Contents.Sample(plain =>
    {
        var sealedObject = Seal(plain);
        var (opened, keys) = TestKeys.Opener.Open(Name, sealedObject);
        Assert.Equal(plain, opened);
        Assert.Same(TestKeys.Keys, keys);
    }, iter: 50);

    [Fact]
    public void Sealing_in_place_gives_the_message_of_the_construction() => Contents.Sample(plain =>
    {
        var sealedObject = Seal(plain);
        var header = sealedObject.AsSpan(0, ObjectHeader.SizeBytes);
        byte[] context = [.. "hostatlas backup v1\0"u8, .. header];
        Assert.Equal(Cobblestone256.Seal(TestKeys.Keys.SealKey(ObjectKind.Pack), Enumerable.Repeat((byte)1, 24).ToArray(), context, plain),
            sealedObject.AsSpan(ObjectHeader.SizeBytes).ToArray());
    }, iter: 30);

    [Fact]
    public void Any_part_can_be_opened_alone() => Gen.Select(Contents.Where(c => c.Length > 0), Gen.Double[0, 1], Gen.Double[0, 1])
        .Sample((plain, from, part) =>
        {
            var sealedObject = Seal(plain);
            var offset = (int)(from * (plain.Length - 1));
            var length = 1 + (int)(part * (plain.Length - offset - 1));
            using var opened = TestKeys.Opener.Begin(Name, sealedObject.AsSpan(0, ObjectHeader.PrefixBytes), sealedObject.Length);
            var (at, count) = opened.SealedRange(offset, length);
            var into = new byte[length];
            opened.Open(offset, sealedObject.AsSpan((int)at, count), into);
            Assert.Equal(plain.AsSpan(offset, length).ToArray(), into);
        }, iter: 100);

    [Fact]
    public void A_part_opens_although_another_was_damaged()
    {
        var plain = TestKeys.Noise(100_000);
        var sealedObject = Seal(plain);
        sealedObject[ObjectHeader.PrefixBytes + (2 * Cobblestone256.SealedChunkBytes) + 9] ^= 1;
        using var opened = TestKeys.Opener.Begin(Name, sealedObject, sealedObject.Length);
        Assert.Equal(plain[..32_768], Part(opened, sealedObject, 0, 32_768));
        Assert.Equal(plain[49_152..], Part(opened, sealedObject, 49_152, plain.Length - 49_152));
        Assert.Equal(ObjectFault.Chunk, Assert.Throws<ObjectBrokenException>(() => Part(opened, sealedObject, 40_000, 1)).Fault);
    }

    [Fact]
    public void A_flipped_bit_in_each_region_fails_with_a_reason_of_its_own()
    {
        var sealedObject = Seal(TestKeys.Noise(40_000));
        (int At, ObjectFault Fault)[] regions =
        [
            (0, ObjectFault.NoHeader), (4, ObjectFault.OtherName), (5, ObjectFault.NoHeader), (8, ObjectFault.UnknownKey),
            (16, ObjectFault.OtherName), (32, ObjectFault.Commitment), (56, ObjectFault.Commitment), (88, ObjectFault.Chunk),
            (88 + 16_384, ObjectFault.Chunk), (sealedObject.Length - 1, ObjectFault.WrongSize),
        ];
        foreach (var (at, fault) in regions)
        {
            var damaged = (byte[])sealedObject.Clone();
            damaged[at] ^= 2;
            Assert.Equal((at, fault), (at, FaultOf(damaged)));
        }
        for (var at = 0; at < sealedObject.Length; at += 97)
        {
            var damaged = (byte[])sealedObject.Clone();
            damaged[at] ^= 0x80;
            Assert.Throws<ObjectBrokenException>(() => TestKeys.Opener.Open(Name, damaged));
        }
    }

    [Fact]
    public void An_object_that_was_cut_or_lengthened_is_refused()
    {
        // Filled chunks to the end: the last one is empty, and nothing but its tag proves that the object is whole.
        var sealedObject = Seal(TestKeys.Noise(32_768));
        foreach (var length in new[] { 0, 31, 32, 87, 88, 103, 104, 88 + 16_400, 88 + 32_800, sealedObject.Length - 1 })
            Assert.Throws<ObjectBrokenException>(() => TestKeys.Opener.Open(Name, sealedObject.AsSpan(0, length)));
        Assert.Equal(ObjectFault.WrongSize, FaultOf(sealedObject[..(88 + 16_400)]));
        Assert.Equal(ObjectFault.WrongSize, FaultOf(sealedObject[..(88 + 16_400 + 16)]));
        Assert.Equal(ObjectFault.WrongSize, FaultOf([.. sealedObject, 0]));
        Assert.Equal(ObjectFault.Chunk, FaultOf([.. sealedObject, .. new byte[16_400]]));
    }

    [Fact]
    public void A_renamed_object_or_one_passed_off_as_another_kind_is_refused()
    {
        var sealedObject = Seal([1, 2, 3]);
        var other = new ObjectName(ObjectKind.Pack, TestKeys.Id<ObjectId>(8));
        Assert.Equal(ObjectFault.OtherName, FaultOf(sealedObject, other));
        Assert.Equal(ObjectFault.OtherName, FaultOf(sealedObject, Name with { Kind = ObjectKind.Index }));

        // Also when the header was rewritten to match the new name.
        var forged = (byte[])sealedObject.Clone();
        new ObjectHeader(other, TestKeys.Keys.KeyId).Write(forged);
        Assert.Equal(ObjectFault.Commitment, FaultOf(forged, other));
        new ObjectHeader(Name with { Kind = ObjectKind.Snapshot }, TestKeys.Keys.KeyId).Write(forged);
        Assert.Equal(ObjectFault.Commitment, FaultOf(forged, Name with { Kind = ObjectKind.Snapshot }));
    }

    [Fact]
    public void An_object_of_another_key_says_so()
    {
        using var sealedObject = TestKeys.Sealer(TestKeys.OtherKeys).Seal(Name, [1, 2, 3]);
        var broken = Assert.Throws<ObjectBrokenException>(() => TestKeys.Opener.Open(Name, sealedObject.Bytes.Span));
        Assert.Equal(ObjectFault.UnknownKey, broken.Fault);
        Assert.Contains(TestKeys.OtherKeys.KeyId.ToString(), broken.Message, StringComparison.Ordinal);

        // A key that only claims to be ours is found by the commitment.
        var claimed = sealedObject.Bytes.ToArray();
        new ObjectHeader(Name, TestKeys.Keys.KeyId).Write(claimed);
        Assert.Equal(ObjectFault.Commitment, FaultOf(claimed));
    }

    [Fact]
    public void An_older_key_of_the_ring_still_opens()
    {
        using var sealedObject = TestKeys.Sealer(TestKeys.OtherKeys).Seal(Name, [1, 2, 3]);
        var opener = new ObjectOpener(new KeyRing([TestKeys.Keys, TestKeys.OtherKeys]));
        Assert.Equal([1, 2, 3], opener.Open(Name, sealedObject.Bytes.Span).Plain);
    }

    [Fact]
    public void Padded_objects_are_multiples_of_their_step() =>
        Gen.Select(Gen.Int[0, 33_000_000], Gen.Enum<ObjectKind>()).Sample((plain, kind) =>
        {
            var padded = ObjectSize.PaddedLength(kind, plain);
            Assert.True(padded >= plain);
            Assert.Equal(0, ObjectSize.SealedLength(padded) % ObjectSize.StepBytes(kind));
            Assert.True(ObjectSize.SealedLength(padded) - ObjectSize.SealedLength(plain) < 2 * ObjectSize.StepBytes(kind));
        }, iter: 10_000);

    [Fact]
    public void The_one_size_that_cannot_be_made_gives_way_to_the_next()
    {
        Assert.Equal([511], Enumerable.Range(1, 512).Where(step => !ObjectSize.TryPlainLength(step * 65_536L, out _)));
        Assert.True(ObjectSize.TryPlainLength(510 * 65_536, out var below));
        Assert.Equal(512 * 65_536, ObjectSize.SealedLength(ObjectSize.PaddedLength(ObjectKind.Index, (int)below + 1)));
        Assert.All(Enumerable.Range(1, 128), step => Assert.True(ObjectSize.TryPlainLength(step * 262_144L, out _)));
    }

    private static byte[] Seal(ReadOnlySpan<byte> plain)
    {
        using var sealedObject = TestKeys.Sealer().Seal(Name, plain);
        return sealedObject.Bytes.ToArray();
    }

    private static byte[] Part(OpenObject opened, byte[] sealedObject, int offset, int length)
    {
        var (at, count) = opened.SealedRange(offset, length);
        var into = new byte[length];
        opened.Open(offset, sealedObject.AsSpan((int)at, count), into);
        return into;
    }

    private static ObjectFault FaultOf(byte[] bytes, ObjectName? name = null) =>
        Assert.Throws<ObjectBrokenException>(() => TestKeys.Opener.Open(name ?? Name, bytes)).Fault;
}
