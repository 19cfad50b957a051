using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Shared.Tests;

public sealed class ObjectNameTests
{
    private const string Uuid = "0b0f7c2e-5a52-4d0e-9a4a-2f6f3f0f8f11";

    [Theory]
    [InlineData("packs/" + Uuid, ObjectKind.Pack)]
    [InlineData("indexes/" + Uuid, ObjectKind.Index)]
    [InlineData("snapshots/" + Uuid, ObjectKind.Snapshot)]
    public void A_name_is_read_and_written_alike(string text, ObjectKind kind)
    {
        Assert.True(ObjectName.TryParse(text, out var name));
        Assert.Equal(new ObjectName(kind, ResourceId.Parse<ObjectId>(Uuid)), name);
        Assert.Equal(text, name.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(Uuid)]
    [InlineData("pack/" + Uuid)]
    [InlineData("Packs/" + Uuid)]
    [InlineData("/packs/" + Uuid)]
    [InlineData("packs/" + Uuid + "/")]
    [InlineData("packs/../snapshots/" + Uuid)]
    [InlineData("packs\\" + Uuid)]
    [InlineData("packs/0B0F7C2E-5A52-4D0E-9A4A-2F6F3F0F8F11")]
    [InlineData("packs/0b0f7c2e-5a52-1d0e-9a4a-2f6f3f0f8f11")]
    [InlineData("packs/0b0f7c2e5a524d0e9a4a2f6f3f0f8f11")]
    public void Any_other_spelling_is_none(string? text) => Assert.False(ObjectName.TryParse(text, out _));
}
