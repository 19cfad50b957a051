using System.Text.Json;
using CsCheck;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Shared.Tests.Ids;

public sealed class ResourceIdTests
{
    private const string Text = "a3b8f7c2-51de-4c09-8f26-70b1d94e6a5f";

    [Theory]
    [InlineData(Text, true)]
    [InlineData("A3B8F7C2-51DE-4C09-8F26-70B1D94E6A5F", false)]
    [InlineData("a3b8f7c251de4c098f2670b1d94e6a5f", false)]
    [InlineData("{a3b8f7c2-51de-4c09-8f26-70b1d94e6a5f}", false)]
    [InlineData(" a3b8f7c2-51de-4c09-8f26-70b1d94e6a5", false)]
    [InlineData("a3b8f7c2-51de-1c09-8f26-70b1d94e6a5f", false)]
    [InlineData("a3b8f7c2-51de-4c09-cf26-70b1d94e6a5f", false)]
    [InlineData("00000000-0000-0000-0000-000000000000", false)]
    [InlineData("1", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Only_the_canonical_text_of_a_uuid_version_4_is_an_id(string? text, bool valid) =>
        Assert.Equal(valid, ResourceId.TryParse<ServerId>(text, out _));

    [Fact]
    public void Text_and_big_endian_bytes_lead_back_to_the_same_id() =>
        Gen.Byte.Array[16].Sample(random =>
        {
            var id = ResourceId.FromRandom<ServerId>(random);
            Assert.Equal(id, ResourceId.Parse<ServerId>(id.ToString()));
            Assert.True(ResourceId.TryRead<ServerId>(id.ToBytes(), out var again));
            Assert.Equal(id, again);
            Assert.Equal(id.ToString().Replace("-", "", StringComparison.Ordinal), Convert.ToHexStringLower(id.ToBytes()));
        });

    [Fact]
    public void Json_holds_the_text_form_and_refuses_every_other()
    {
        Assert.Equal($"\"{Text}\"", JsonSerializer.Serialize(ResourceId.Parse<ServerId>(Text)));
        Assert.Equal(ResourceId.Parse<ServerId>(Text), JsonSerializer.Deserialize<ServerId>($"\"{Text}\""));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ServerId>($"\"{Text.ToUpperInvariant()}\""));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ServerId>("7"));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ServerId>("null"));
    }
}
