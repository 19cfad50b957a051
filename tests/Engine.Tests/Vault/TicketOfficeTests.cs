using CsCheck;
using HostAtlas.Engine.Vault;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using static HostAtlas.Engine.Tests.Vault.Sealed;

namespace HostAtlas.Engine.Tests.Vault;

public sealed class TicketOfficeTests
{
    private static readonly VaultKey One = Key("one");
    private static readonly ObjectForm Form = FormOf(Object("one"));
    private static readonly DateTimeOffset Until = Named.Noon.AddMinutes(15);
    private readonly TicketOffice _office = new(() => [Named.Bytes("new"), Named.Bytes("old")]);

    [Fact]
    public void A_ticket_says_what_may_be_put_until_when()
    {
        var url = _office.PutUrl(One, Form, Until);
        Assert.StartsWith($"/vault/{One}?expires=1795522500&size=70000&sha256=", url, StringComparison.Ordinal);
        var verdict = _office.Inspect("PUT", url, Named.Noon);
        Assert.Equal((true, false, Until), (verdict.IsOurs, verdict.IsOver, verdict.ExpiresAt));
        Assert.Equal((Form.Size, Convert.ToHexString(Form.Sha256)), (verdict.Form!.Size, Convert.ToHexString(verdict.Form.Sha256)));
        Assert.Null(_office.Inspect("GET", _office.GetUrl(One, Until), Named.Noon).Form);
    }

    [Fact]
    public void It_is_over_at_its_time_and_not_before()
    {
        var url = _office.GetUrl(One, Until);
        Assert.False(_office.Inspect("GET", url, Until.AddSeconds(-1)).IsOver);
        Assert.True(_office.Inspect("GET", url, Until).IsOver);
    }

    [Fact]
    public void Any_character_that_is_altered_left_out_or_added_makes_it_none_of_ours() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 400], Gen.Char["0123456789abcdefABCDEF/?&=%.-"], Gen.Int[0, 2]).Sample((put, at, character, edit) =>
        {
            var (method, url) = put ? ("PUT", _office.PutUrl(One, Form, Until)) : ("GET", _office.GetUrl(One, Until));
            at %= url.Length;
            var altered = edit switch
            {
                0 => url.Remove(at, 1),
                1 => url.Insert(at, character.ToString()),
                _ => url[..at] + character + url[(at + 1)..],
            };
            return altered == url || !_office.Inspect(method, altered, Named.Noon).IsOurs;
        });

    [Fact]
    public void It_is_good_for_its_own_method_object_size_and_hash_only()
    {
        var url = _office.PutUrl(One, Form, Until);
        Assert.False(_office.Inspect("GET", url, Named.Noon).IsOurs);
        Assert.False(_office.Inspect("PUT", _office.GetUrl(One, Until), Named.Noon).IsOurs);
        string[] others =
        [
            _office.PutUrl(One with { Server = Named.Id<ServerId>("other") }, Form, Until),
            _office.PutUrl(One with { Team = Named.Id<TeamId>("other") }, Form, Until),
            _office.PutUrl(Key("other"), Form, Until),
            _office.PutUrl(One with { Name = One.Name with { Kind = ObjectKind.Index } }, Form, Until),
            _office.PutUrl(One, Form with { Size = 70_001 }, Until),
            _office.PutUrl(One, Form with { Sha256 = Named.Bytes("other") }, Until),
            _office.PutUrl(One, Form, Until.AddSeconds(1)),
        ];
        var signature = url[url.LastIndexOf('=')..];
        foreach (var other in others)
            Assert.False(_office.Inspect("PUT", other[..other.LastIndexOf('=')] + signature, Named.Noon).IsOurs);
    }

    [Fact]
    public void Every_key_of_the_ring_verifies_the_first_one_signs_and_no_other_does()
    {
        var old = new TicketOffice(() => [Named.Bytes("old")]).GetUrl(One, Until);
        Assert.True(_office.Inspect("GET", old, Named.Noon).IsOurs);
        Assert.NotEqual(old, _office.GetUrl(One, Until));
        Assert.False(_office.Inspect("GET", new TicketOffice(() => [Named.Bytes("stranger")]).GetUrl(One, Until), Named.Noon).IsOurs);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/vault/")]
    [InlineData("?&signature=")]
    [InlineData("&signature=0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("/vault/x?expires=1&signature=0000000000000000000000000000000000000000000000000000000000000000")]
    public void What_is_no_ticket_is_none(string target) => Assert.Equal(TicketVerdict.Forged, _office.Inspect("GET", target, Named.Noon));

    [Theory]
    [InlineData("packs", true)]
    [InlineData("Packs", false)]
    [InlineData("pack", false)]
    [InlineData("..", false)]
    [InlineData("", false)]
    public void A_key_has_one_spelling(string folder, bool isOne) =>
        Assert.Equal(isOne, VaultKey.TryParse($"{One.Team}/{One.Server}/{folder}/{One.Name.Id}", out _));

    [Fact]
    public void No_other_text_is_a_key()
    {
        var good = One.ToString();
        string[] others =
        [
            good + "/", "/" + good, good + "/x", good.Replace("/", "//", StringComparison.Ordinal), good.ToUpperInvariant(), good[..^1],
            good.Replace("packs", "packs/..", StringComparison.Ordinal), $"{One.Team}/{One.Server}/packs",
            $"{One.Team}/../{One.Server}/{One.Name}",
            good.Replace("packs/", "packs%2f", StringComparison.Ordinal), good.Replace('-', '_'), "",
        ];
        Assert.True(VaultKey.TryParse(good, out var read));
        Assert.Equal(One, read);
        Assert.All(others, other => Assert.False(VaultKey.TryParse(other, out _), other));
    }
}
