using System.Text;
using HostAtlas.Engine.Metrics;
using HostAtlas.Gateway.Ingest;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.Tests.Ingest;

public sealed class LastNamesTests
{
    private static readonly byte[] Signature = new byte[32];

    [Fact]
    public void A_list_that_equals_the_last_one_is_taken_over_and_another_one_is_not()
    {
        var last = Set("{\"cpu\":1,\"mem\":2}", null)!;
        Assert.Same(last, Set("{\"cpu\":3,\"mem\":4}", last));
        foreach (var other in (string[])["{\"mem\":3,\"cpu\":4}", "{\"cpu\":3}", "{\"cpu\":3,\"men\":4}", "{\"cpu\":3,\"mem\":4,\"up\":5}"])
        {
            var set = Set(other, last)!;
            Assert.NotSame(last, set);
            Assert.Equal(NameSet.IdOf(set.NamesUtf8), set.Id);
        }
    }

    [Theory]
    [InlineData("{\"cpu\\nmem\":1}")] // The bytes of two names, and one name.
    [InlineData("{\"cpu\\nmem\":1,\"\":2}")]
    [InlineData("{\"cpu\":1,\"mem\":2,\"cpu\":3}")]
    public void What_only_looks_like_the_last_list_is_checked_and_refused(string body) =>
        Assert.Null(Set(body, Set("{\"cpu\":1,\"mem\":2}", null)));

    [Fact]
    public void Each_server_finds_its_own_list_and_a_long_one_is_not_kept()
    {
        var (names, server) = (new LastNames(), Server(1));
        Assert.Null(names.Of(server));
        var list = Set("{\"cpu\":1}", null)!;
        names.Keep(server, list);
        Assert.Same(list, names.Of(server));
        names.Keep(server, list with { NamesUtf8 = new byte[64 * 1024] });
        Assert.Same(list, names.Of(server));
    }

    private static NameSet? Set(string body, NameSet? last) =>
        MetricsBodyParser.Parse(Encoding.UTF8.GetBytes(body), 1712150400, Signature, last).Batch?.Sets.Single();

    private static ServerId Server(byte number) => ResourceId.FromRandom<ServerId>([.. Enumerable.Repeat(number, ResourceId.SizeBytes)]);
}
