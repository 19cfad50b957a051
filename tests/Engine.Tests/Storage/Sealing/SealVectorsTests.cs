using System.Globalization;
using System.Text.Json;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Engine.Tests.Storage.Sealing;

/// <summary>
/// What was sealed once opens for ever: keys, places and bytes from a file. Sealing draws a nonce, so the file is read and never compared
/// with what is written; a value that no longer opens means that every database has become unreadable.
/// </summary>
public sealed class SealVectorsTests
{
    public static TheoryData<string> Names => [.. Read().Select(vector => vector.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_value_of_the_first_version_opens(string name)
    {
        var vector = Read().Single(one => one.GetProperty("name").GetString() == name);
        var table = Enum.Parse<SealedTable>(Text("table"));
        var (bytes, detail) = (Convert.FromHexString(Text("sealed")), vector.GetProperty("detail").GetInt64());
        var root = new RootKeys(Convert.FromHexString(Text("root")));
        var plain = vector.TryGetProperty("address", out var address)
            ? new PlatformSeal(root).Open(table, address.GetString()!, detail, bytes)
            : OpenOfTeam();
        Assert.Equal(Text("plain"), System.Text.Encoding.UTF8.GetString(plain));

        string Text(string member) => vector.GetProperty(member).GetString()!;

        byte[] OpenOfTeam()
        {
            Assert.True(ResourceId.TryParse<TeamId>(Text("team"), out var team));
            ServerId? server = ResourceId.TryParse<ServerId>(Text("server"), out var id) ? id : null;
            var number = vector.GetProperty("number").GetInt32();
            var rootId = long.Parse(Text("rootId"), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            var wrapped = new WrappedKey(team, number, rootId, Convert.FromHexString(Text("wrapped")), DateTimeOffset.UnixEpoch, null);
            var seal = new TeamSeal(team, [new DataKey(number, root.Unwrap(wrapped))]);
            return seal.Open(new SealPlace(table, server, vector.GetProperty("atMs").GetInt64(), detail), bytes);
        }
    }

    private static List<JsonElement> Read() =>
        [.. JsonDocument.Parse(File.ReadAllText(Repository.Vector("sealing", "values.json"))).RootElement.EnumerateArray()];
}
