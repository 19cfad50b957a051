using HostAtlas.Agent.Gate.Rules;

namespace HostAtlas.Agent.Tests.Gate;

public sealed class WatchedDumpsTests
{
    [Theory]
    [InlineData("shop.sql", "text", "random", true)]
    [InlineData("shop.sql.gz", "gzip", "broken", true)]
    [InlineData("shop.SQLITE3", "sqlite", "random-part", true)]
    [InlineData("all.dump", "pgdump", "type-lost", true)]
    [InlineData("all.dump", "data", "random", false)]
    [InlineData("all.dump", null, "random", false)]
    [InlineData("all.dump", "pgdump", "sealed", false)]
    [InlineData("all.dump", "pgdump", null, false)]
    [InlineData("report.docx", "zip", "random", false)]
    public void A_dump_that_decoded_and_is_random_like_now_has_turned(string name, string? before, string? rule, bool turned)
    {
        FileRecord? was = before is null ? null : new FileRecord(before, 5, 0.6, 1000);
        var now = new FileVerdict(rule is null ? GateVerdict.Clean : GateVerdict.HeldBack, rule is null ? [] : [rule], default);
        Assert.Equal(turned, WatchedDumps.HasTurned(name, was, now));
    }
}
