using System.Reflection;
using HostAtlas.Engine;
using HostAtlas.Gateway.Problems;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.Tests.Problems;

public sealed class ProblemTableTests
{
    [Fact]
    public void Every_slug_has_exactly_one_row()
    {
        var slugs = typeof(ProblemSlug).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral && field.Name != nameof(ProblemSlug.TypePrefix))
                .Select(field => (string)field.GetRawConstantValue()!);
        Assert.Equal(slugs.Order(), ProblemTable.Slugs.Order());
    }

    [Fact]
    public void Every_refusal_of_the_engine_has_a_problem()
    {
        foreach (var kind in Enum.GetValues<RefusalKind>()) Assert.Contains(RefusalMapping.SlugOf(kind), ProblemTable.Slugs);
        Assert.Throws<ArgumentOutOfRangeException>(() => RefusalMapping.SlugOf((RefusalKind)999));
    }

    [Theory] // protocol.md, "Order of checks", written out a second time on purpose
    [InlineData("malformed-request", 400)]
    [InlineData("credentials-rejected", 401)]
    [InlineData("timestamp-outside-window", 401)]
    [InlineData("sign-in-required", 401)]
    [InlineData("plan-limit-reached", 403)]
    [InlineData("quota-reached", 403)]
    [InlineData("not-permitted", 403)]
    [InlineData("cross-site-refused", 403)]
    [InlineData("not-found", 404)]
    [InlineData("method-not-allowed", 405)]
    [InlineData("conflict", 409)]
    [InlineData("object-missing", 409)]
    [InlineData("request-replayed", 409)]
    [InlineData("invitation-spent", 410)]
    [InlineData("too-large", 413)]
    [InlineData("unsupported-encoding", 415)]
    [InlineData("invalid-content", 422)]
    [InlineData("backups-frozen", 423)]
    [InlineData("rate-limited", 429)]
    [InlineData("internal", 500)]
    [InlineData("engine-busy", 503)]
    public void The_status_is_the_protocols(string slug, int status) => Assert.Equal(status, ProblemTable.Of(slug).Status);
}
