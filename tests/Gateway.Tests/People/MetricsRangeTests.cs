using HostAtlas.Gateway.People;
using HostAtlas.Shared.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace HostAtlas.Gateway.Tests.People;

public sealed class MetricsRangeTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000);

    [Fact]
    public void Without_a_query_it_is_the_last_hour()
    {
        var range = Read("").Value!;

        Assert.Null(range.Names);
        Assert.Equal((1_789_996_400_000, 1_790_000_000_000, 12), (range.FromMs, range.ToMs, range.StepSeconds));
    }

    [Theory]
    [InlineData("?from=0&to=60000", 10)]
    [InlineData("?from=0&to=3000000", 10)]
    [InlineData("?from=0&to=18000000", 60)]
    [InlineData("?from=0&to=86400000", 300)]
    [InlineData("?from=0&to=2592000000", 10_800)]
    [InlineData("?from=0&to=86400000&step=60", 60)]
    [InlineData("?from=0&to=1&step=2147483647", int.MaxValue)]
    [InlineData("?to=5", 10)]
    public void The_step_follows_the_range_unless_it_is_given(string query, int step) => Assert.Equal(step, Read(query).Value!.StepSeconds);

    [Theory]
    [InlineData("", false)]
    [InlineData("?as=values", false)]
    [InlineData("?as=rate", true)]
    public void Counters_are_read_as_rates_when_asked_for(string query, bool asRates) => Assert.Equal(asRates, Read(query).Value!.AsRates);

    [Fact]
    public void Names_are_split_outside_of_quotes_and_named_once() =>
        Assert.Equal(["cpu.used_percent", "disk.used_bytes{mount=\"/a,b\"}"],
            Read("?names=cpu.used_percent,disk.used_bytes%7Bmount%3D%22%2Fa%2Cb%22%7D,cpu.used_percent").Value!.Names);

    [Theory]
    [InlineData("?from=0&to=11000000&step=1", true)]
    [InlineData("?from=0&to=11000001&step=1", false)]
    [InlineData("?from=0&to=110000000&step=10", true)]
    [InlineData("?from=7&to=110000007&step=10", true)]
    [InlineData("?from=0&to=110010000&step=10", false)]
    [InlineData("?from=0&to=253402300799999&step=1", false)]
    [InlineData("?from=0&to=253402300799999", true)]
    public void At_most_11000_steps_are_asked_for(string query, bool taken) => Assert.Equal(taken, Read(query).Failure is null);

    [Theory]
    [InlineData("?from=x", "/from")]
    [InlineData("?from=-1", "/from")]
    [InlineData("?from=1.5", "/from")]
    [InlineData("?from=1e3", "/from")]
    [InlineData("?from=1&from=2", "/from")]
    [InlineData("?from=", "/from")]
    [InlineData("?to=99999999999999999999", "/to")]
    [InlineData("?step=0", "/step")]
    [InlineData("?step=-5", "/step")]
    [InlineData("?step=2147483648", "/step")]
    [InlineData("?from=5&to=5", "/from")]
    [InlineData("?from=6&to=5", "/from")]
    [InlineData("?names=", "/names")]
    [InlineData("?names=CPU", "/names")]
    [InlineData("?names=cpu,,mem", "/names")]
    [InlineData("?as=", "/as")]
    [InlineData("?as=rates", "/as")]
    [InlineData("?as=rate&as=rate", "/as")]
    public void What_cannot_be_meant_is_pointed_at(string query, string pointer)
    {
        var failure = Assert.IsType<Failure>(Read(query).Failure);

        Assert.Equal(ProblemSlug.InvalidContent, failure.Slug);
        Assert.Equal(pointer, Assert.Single(failure.Errors!).Pointer);
    }

    private static Step<MetricsRange> Read(string query) => MetricsRange.Read(new QueryCollection(QueryHelpers.ParseQuery(query)), Now);
}
