using System.Text.Json;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Tests.Backup.Format;

public sealed class SnapshotTests
{
    private static readonly SnapshotId Id = TestKeys.Id<SnapshotId>(9);

    [Fact]
    public void A_snapshot_is_read_back_as_it_was()
    {
        var document = Document() with
        {
            RotatedFrom = new RotatedFrom(TestKeys.OtherKeys.KeyId, new SnapshotLink(2, TestKeys.Id<SnapshotId>(2), new string('c', 64))),
            Gate = JsonDocument.Parse("{\"hits\":1}").RootElement,
            HeldBack = [ListedPath.Of("/etc/x"u8) with { Since = DateTimeOffset.UnixEpoch }],
            PrivateKeys = [ListedPath.Of([(byte)'/', 0xFF])],
            Faults = [ListedPath.Of("/etc/y"u8) with { Why = "permission denied" }],
        };
        using var sealedObject = SnapshotObject.Seal(TestKeys.Sealer(), document);
        Assert.Equal(0, sealedObject.Bytes.Length % (64 << 10));
        var read = SnapshotObject.Open(TestKeys.Opener, Id, sealedObject.Bytes.Span);
        Assert.Equal(Json(document), Json(read));
        Assert.Equal([(byte)'/', 0xFF], read.PrivateKeys[0].PathBase64);
        Assert.Equal(Convert.ToHexStringLower(sealedObject.Sha256())[..16], SnapshotObject.Fingerprint(sealedObject.Bytes.Span));
    }

    [Fact]
    public void A_snapshot_under_another_name_is_refused()
    {
        using var sealedObject = SnapshotObject.Seal(TestKeys.Sealer(), Document());
        var broken = Assert.Throws<ObjectBrokenException>(
            () => SnapshotObject.Open(TestKeys.Opener, TestKeys.Id<SnapshotId>(8), sealedObject.Bytes.Span));
        Assert.Equal(ObjectFault.OtherName, broken.Fault);
    }

    [Fact]
    public void A_document_that_does_not_fit_its_object_is_refused()
    {
        Refused(Document() with { Id = TestKeys.Id<SnapshotId>(1) });
        Refused(Document() with { KeyId = TestKeys.OtherKeys.KeyId });
        Refused(Document() with { Version = 2 });
        Refused(Document() with { Generation = 0 });
        Refused(Document() with { Generation = 2 });
        Refused(Document() with { Predecessors = [.. Document().Predecessors.Reverse()] });
        Refused(Document() with { Predecessors = [new SnapshotLink(1, TestKeys.Id<SnapshotId>(1), "AB")] });
        Refused("{}");
        Refused("null");
        Refused("{\"version\":1");
        Refused(Json(Document()).Replace("\"tree\":[", "\"tree\":[7,", StringComparison.Ordinal));
        Assert.Throws<ArgumentException>(() => SnapshotObject.Seal(TestKeys.Sealer(TestKeys.OtherKeys), Document()));

        static void Refused(object document)
        {
            byte[] json = document is SnapshotDocument snapshot ? [.. System.Text.Encoding.UTF8.GetBytes(Json(snapshot))]
                : System.Text.Encoding.UTF8.GetBytes((string)document);
            byte[] plain = [.. json, 0, 0, .. BitConverter.GetBytes(json.Length).Reverse(), .. "HAS1"u8];
            using var forged = TestKeys.Sealer().Seal(ObjectName.Of(Id), plain);
            var broken = Assert.Throws<ObjectBrokenException>(() => SnapshotObject.Open(TestKeys.Opener, Id, forged.Bytes.Span));
            Assert.Equal(ObjectFault.Content, broken.Fault);
        }
    }

    [Fact]
    public void A_snapshot_whose_trailer_lies_is_refused()
    {
        byte[][] lies =
            [[], [.. "HAS1"u8], [0, 0, 0, 1, .. "HAS1"u8], [0, 0, 0, 0, .. "HAS2"u8], [255, 255, 255, 255, .. "HAS1"u8]];
        foreach (var plain in lies)
        {
            using var forged = TestKeys.Sealer().Seal(ObjectName.Of(Id), plain);
            Assert.Throws<ObjectBrokenException>(() => SnapshotObject.Open(TestKeys.Opener, Id, forged.Bytes.Span));
        }
    }

    internal static SnapshotDocument Document() => new()
    {
        Id = Id,
        KeyId = TestKeys.Keys.KeyId,
        Generation = 3,
        Predecessors =
        [
            new SnapshotLink(2, TestKeys.Id<SnapshotId>(2), new string('a', 64)),
            new SnapshotLink(1, TestKeys.Id<SnapshotId>(1), new string('b', 64)),
        ],
        Time = DateTimeOffset.UnixEpoch.AddMilliseconds(1_712_150_400_123),
        Host = new SnapshotHost("web-1", "0.1.0"),
        Roots = ["/etc", "/srv/ü"],
        Counts = new SnapshotCounts { Files = 2, Directories = 1, Bytes = 5, NewBytes = 5 },
        Tree = new Reference(0, [ChunkId.Of(TestKeys.Keys, "tree"u8)]),
        Indexes = [TestKeys.Id<ObjectId>(4)],
    };

    private static string Json(SnapshotDocument document) => JsonSerializer.Serialize(document, SnapshotJson.Default.SnapshotDocument);
}
