using System.Security.Cryptography;
using System.Text;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Backup.Format;

/// <summary>
/// Bytes that must not change, because repositories are full of them. The expected file was checked by an implementation that shares no
/// code with this one.
/// </summary>
public sealed class GoldenTests
{
    [Fact]
    public void Keys_ids_cuts_and_objects_are_those_of_the_file() =>
        Assert.Equal(File.ReadAllText(Repository.Vector("backup", "golden.txt")), Facts());

    private static string Facts()
    {
        var facts = new StringBuilder();
        var keys = TestKeys.Keys;
        Fact("master", Convert.ToHexStringLower(TestKeys.Master));
        Fact("key id", keys.KeyId.ToString());
        Fact("gear 0", keys.Gear.Span[0].ToString("x16", null));
        Fact("gear 255", keys.Gear.Span[255].ToString("x16", null));
        Fact("id of hello", ChunkId.Of(keys, "hello"u8).ToString());
        Fact("path id of /etc/hosts", Convert.ToHexStringLower(HMACSHA256.HashData(keys.PathKey, "/etc/hosts"u8))[..32]);
        Fact("cuts", string.Join(' ', Cuts()));

        using var packs = new PackBuilder(TestKeys.Sealer());
        packs.Add(ChunkId.Of(keys, "hello"u8), BlobCodec.Raw, "hello"u8, 5);
        packs.Add(ChunkId.Of(keys, Counting), BlobCodec.Raw, Counting, Counting.Length);
        using var pack = packs.Seal(TestKeys.Id<ObjectId>(1));
        using var indexes = new IndexBuilder(TestKeys.Sealer());
        indexes.Add(pack.Id, pack.Entries);
        using var index = indexes.Seal(TestKeys.Id<ObjectId>(2));
        using var snapshot = SnapshotObject.Seal(TestKeys.Sealer(), SnapshotTests.Document());
        foreach (var sealedObject in new[] { pack.Object, index, snapshot })
        {
            Fact(sealedObject.Name.ToString(),
                $"{sealedObject.Bytes.Length} bytes, SHA-256 {Convert.ToHexStringLower(sealedObject.Sha256())}, "
                + $"begins {Convert.ToHexStringLower(sealedObject.Bytes.Span[..ObjectHeader.PrefixBytes])}");
        }
        return facts.ToString();

        void Fact(string name, string value) => facts.Append(name).Append(": ").Append(value).Append('\n');
    }

    /// <summary>Byte i = i mod 251: 40,000 of them, so that a blob spans three sealed chunks.</summary>
    private static byte[] Counting { get; } = [.. Enumerable.Range(0, 40_000).Select(i => (byte)(i % 251))];

    // SHA-256 of 0, 1, 2, … one after the other: random-like bytes that any language can make.
    private static IEnumerable<int> Cuts()
    {
        var data = new byte[8 << 20];
        for (var i = 0; i < data.Length / 32; i++)
            SHA256.HashData([(byte)(i >> 24), (byte)(i >> 16), (byte)(i >> 8), (byte)i], data.AsSpan(32 * i));
        var chunker = new Chunker(TestKeys.Keys);
        for (var at = 0; at < data.Length;)
        {
            var taken = chunker.Push(data.AsSpan(at), out _);
            yield return taken;
            at += taken;
        }
    }
}
