using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CsCheck;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Backup.Format;

public sealed class CobblestoneTests
{
    private static readonly JsonElement Vectors =
        JsonDocument.Parse(File.ReadAllBytes(Repository.Vector("backup", "cobblestone256.json"))).RootElement;

    private static readonly byte[] Key = Convert.FromHexString(Vectors.GetProperty("keyHex").GetString()!);
    private static readonly byte[] Salt = Convert.FromHexString(Vectors.GetProperty("saltHex").GetString()!);
    private static readonly byte[] Context = Encoding.UTF8.GetBytes(Vectors.GetProperty("contextUtf8").GetString()!);

    // Lengths around the chunks' borders, where a mistake would be.
    private static readonly Gen<byte[]> Messages = Gen
        .OneOf(Gen.Int[0, 40], Gen.Int[16_370, 16_400], Gen.Int[32_760, 32_780], Gen.Int[0, 70_000])
        .Select(Gen.Int, (length, seed) => TestKeys.Noise(length, seed));

    public static TheoryData<int> VectorLengths =>
        [.. Vectors.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("plainLength").GetInt32())];

    [Theory]
    [MemberData(nameof(VectorLengths))]
    public void A_message_is_that_of_the_vectors(int plainLength)
    {
        var vector = Vectors.GetProperty("messages").EnumerateArray().Single(m => m.GetProperty("plainLength").GetInt32() == plainLength);
        var plain = Enumerable.Range(0, plainLength).Select(i => (byte)(i % 251)).ToArray();
        var message = Cobblestone256.Seal(Key, Salt, Context, plain);
        Assert.Equal(vector.GetProperty("sealedLength").GetInt32(), message.Length);
        Assert.StartsWith(vector.GetProperty("sealedHexPrefix").GetString()!, Convert.ToHexStringLower(message), StringComparison.Ordinal);
        Assert.Equal(vector.GetProperty("sealedSha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(message)));
        Assert.Equal(plain, Cobblestone256.TryOpen(Key, Context, message));
    }

    [Fact]
    public void What_was_sealed_opens_and_has_the_length_that_was_said() => Messages.Sample(plain =>
    {
        var message = Cobblestone256.Seal(Key, Salt, Context, plain);
        Assert.Equal(Cobblestone256.SealedLength(plain.Length), message.Length);
        Assert.True(Cobblestone256.TryPlainLength(message.Length, out var length));
        Assert.Equal(plain.Length, length);
        Assert.Equal(plain, Cobblestone256.TryOpen(Key, Context, message));
    }, iter: 60);

    [Fact]
    public void A_flipped_bit_anywhere_is_found() =>
        Gen.Select(Messages, Gen.Int[0, int.MaxValue], Gen.Int[0, 7]).Sample((plain, at, bit) =>
    {
        var message = Cobblestone256.Seal(Key, Salt, Context, plain);
        message[at % message.Length] ^= (byte)(1 << bit);
        Assert.Null(Cobblestone256.TryOpen(Key, Context, message));
    }, iter: 200);

    [Fact]
    public void A_message_cut_at_any_place_is_refused()
    {
        var message = Cobblestone256.Seal(Key, Salt, Context, TestKeys.Noise(2 * Cobblestone256.ChunkBytes));
        int[] borders = [0, 24, 56, 57, 72, 56 + 16_400, 56 + 16_400 + 16, 56 + 32_800, 56 + 32_800 + 15];
        foreach (var length in borders.Concat(Enumerable.Range(1, 40).Select(i => message.Length - i)))
            Assert.Null(Cobblestone256.TryOpen(Key, Context, message.AsSpan(0, length)));
        Assert.Null(Cobblestone256.TryOpen(Key, Context, [.. message, 0]));
        Assert.Null(Cobblestone256.TryOpen(Key, Context, [.. message, .. new byte[16]]));
    }

    [Fact]
    public void Chunks_cannot_change_places()
    {
        var message = Cobblestone256.Seal(Key, Salt, Context, TestKeys.Noise((2 * Cobblestone256.ChunkBytes) + 5));
        const int chunk = Cobblestone256.SealedChunkBytes, first = Cobblestone256.PrefixBytes;
        byte[] swapped = [.. message[..first], .. message[(first + chunk)..(first + (2 * chunk))], .. message[first..(first + chunk)],
            .. message[(first + (2 * chunk))..]];
        Assert.Null(Cobblestone256.TryOpen(Key, Context, swapped));
        Assert.Null(Cobblestone256.TryOpen(Key, Context, [.. message[..(first + chunk)], .. message[(first + (2 * chunk))..]]));
    }

    [Fact]
    public void Another_key_or_context_does_not_open_it()
    {
        var message = Cobblestone256.Seal(Key, Salt, Context, "secret"u8);
        Assert.Null(Cobblestone256.TryOpen(new byte[32], Context, message));
        Assert.Null(Cobblestone256.TryOpen(Key, "example contexu"u8, message));
        Assert.Null(Cobblestone256.TryOpen(Key, [], message));
    }

    [Fact]
    public void A_length_that_no_message_has_is_told_apart()
    {
        var lengths = Enumerable.Range(0, 70_000).Select(plain => Cobblestone256.SealedLength(plain)).ToHashSet();
        for (var length = 0L; length < 60_000; length++)
            Assert.Equal(lengths.Contains(length), Cobblestone256.TryPlainLength(length, out _));
    }
}
