using HostAtlas.Agent.Commands;
using HostAtlas.Agent.Uplink;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Tests.Commands;

public sealed class ResultTellingTests
{
    [Theory]
    [InlineData(202, null, true)]
    [InlineData(400, ProblemSlug.InvalidContent, true)]
    [InlineData(404, ProblemSlug.NotFound, true)]
    [InlineData(422, ProblemSlug.InvalidContent, true)]
    // Of something between, perhaps.
    [InlineData(400, null, false)]
    [InlineData(404, null, false)]
    [InlineData(301, null, false)]
    [InlineData(401, ProblemSlug.CredentialsRejected, false)]
    [InlineData(401, ProblemSlug.TimestampOutsideWindow, false)]
    [InlineData(409, ProblemSlug.RequestReplayed, false)]
    [InlineData(429, null, false)]
    [InlineData(503, null, false)]
    public void A_result_is_over_when_the_platform_took_it_or_never_will(int status, string? slug, bool isOver)
    {
        var answer = new PlatformAnswer { Status = status, Slug = slug };
        Assert.Equal(isOver, ResultTelling.IsOver(answer, TimeSpan.Zero));
        Assert.Equal(isOver, ResultTelling.IsOver(answer, ResultTelling.GivenUpAfter));
    }

    [Theory]
    [InlineData(401, ProblemSlug.CredentialsRejected)]
    [InlineData(409, ProblemSlug.RequestReplayed)]
    [InlineData(503, null)]
    public void After_a_day_any_answer_ends_it(int status, string? slug) => Assert.True(ResultTelling.IsOver(
        new PlatformAnswer { Status = status, Slug = slug }, ResultTelling.GivenUpAfter + TimeSpan.FromSeconds(1)));
}
