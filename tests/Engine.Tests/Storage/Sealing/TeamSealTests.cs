using System.Security.Cryptography;
using CsCheck;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Storage.Sealing;

public sealed class TeamSealTests
{
    private static readonly TeamId Team = EmbeddedEngine.NewId<TeamId>();
    private static readonly ServerId Server = EmbeddedEngine.NewId<ServerId>();
    private static readonly SealPlace Place = new(SealedTable.MetricRows, Server, 1_700_000_000_000, 7);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public void What_was_sealed_opens_to_the_same_bytes_and_is_31_bytes_longer() => Gen.Byte.Array[0, 2_000].Sample(plain =>
    {
        var seal = Seal(Team, 1);
        var sealedBytes = seal.Seal(Place, plain);
        Assert.Equal(plain.Length + 31, sealedBytes.Length);
        Assert.Equal(plain, seal.Open(Place, sealedBytes));
    }, iter: 200);

    [Fact]
    public void Two_seals_of_one_value_have_nothing_in_common_but_their_head()
    {
        var seal = Seal(Team, 1);
        var (one, two) = (seal.Seal(Place, new byte[64]), seal.Seal(Place, new byte[64]));
        Assert.Equal(one[..3], two[..3]);
        Assert.NotEqual(one[3..15], two[3..15]);
        Assert.NotEqual(one[15..], two[15..]);
    }

    public static TheoryData<SealPlace> OtherPlaces => new()
    {
        Place with { Table = SealedTable.MetricMinutes },
        Place with { Server = EmbeddedEngine.NewId<ServerId>() },
        Place with { Server = null },
        Place with { AtMs = Place.AtMs + 1 },
        Place with { AtMs = Place.AtMs + 86_400_000 },
        Place with { Detail = 8 },
    };

    [Theory]
    [MemberData(nameof(OtherPlaces))]
    public void A_value_that_was_moved_to_another_place_does_not_open(SealPlace elsewhere)
    {
        var seal = Seal(Team, 1);
        var sealedBytes = seal.Seal(Place, "24.5"u8);
        Assert.Equal(elsewhere, Assert.Throws<SealBrokenException>(() => seal.Open(elsewhere, sealedBytes)).Place);
    }

    [Fact]
    public void A_value_that_was_moved_to_another_team_does_not_open_even_under_the_same_key()
    {
        var sealedBytes = Seal(Team, 1).Seal(Place, "24.5"u8);
        Assert.Throws<SealBrokenException>(() => Seal(EmbeddedEngine.NewId<TeamId>(), 1).Open(Place, sealedBytes));
    }

    [Fact]
    public void No_flipped_bit_and_no_cut_is_overlooked()
    {
        var seal = Seal(Team, 1);
        var sealedBytes = seal.Seal(Place, "24.5"u8);
        for (var bit = 0; bit < sealedBytes.Length * 8; bit++)
        {
            var flipped = sealedBytes.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<SealBrokenException>(() => seal.Open(Place, flipped));
        }
        for (var length = 0; length < sealedBytes.Length; length++)
            Assert.Throws<SealBrokenException>(() => seal.Open(Place, sealedBytes.AsSpan(0, length)));
    }

    [Fact]
    public void Older_keys_of_the_ring_open_and_the_newest_seals()
    {
        var second = RandomNumberGenerator.GetBytes(32);
        var old = Seal(Team, 1).Seal(Place, "24.5"u8);
        var both = new TeamSeal(Team, [new DataKey(1, _key), new DataKey(2, second)]);
        Assert.Equal("24.5"u8.ToArray(), both.Open(Place, old));
        var fresh = both.Seal(Place, "25"u8);
        Assert.Equal((1, 2), (TeamSeal.KeyNumberOf(old), TeamSeal.KeyNumberOf(fresh)));
        Assert.Throws<SealBrokenException>(() => Seal(Team, 1).Open(Place, fresh));
    }

    [Fact]
    public void A_name_lists_id_depends_on_the_key_and_the_server()
    {
        var seal = Seal(Team, 1);
        Assert.Equal(seal.SetId(Server, 42), Seal(Team, 1).SetId(Server, 42));
        Assert.NotEqual(seal.SetId(Server, 42), seal.SetId(Server, 43));
        Assert.NotEqual(seal.SetId(Server, 42), seal.SetId(EmbeddedEngine.NewId<ServerId>(), 42));
        Assert.NotEqual(seal.SetId(Server, 42), new TeamSeal(Team, [new DataKey(1, RandomNumberGenerator.GetBytes(32))]).SetId(Server, 42));
    }

    [Fact]
    public async Task Many_threads_may_seal_and_open_at_once()
    {
        var seal = Seal(Team, 1);
        await Parallel.ForAsync(0, 2_000, (i, _) =>
        {
            // Over more days than ciphers are kept.
            var place = Place with { AtMs = Place.AtMs + (i % 200 * 86_400_000L), Detail = i };
            Assert.Equal(BitConverter.GetBytes(i), seal.Open(place, seal.Seal(place, BitConverter.GetBytes(i))));
            return ValueTask.CompletedTask;
        });
    }

    private TeamSeal Seal(TeamId team, int number) => new(team, [new DataKey(number, _key)]);
}
