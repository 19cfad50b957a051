using CsCheck;
using HostAtlas.Gateway.People;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace HostAtlas.Gateway.Tests.People;

public sealed class ListQueryTests
{
    [Theory]
    [InlineData("", 50)]
    [InlineData("?limit=1", 1)]
    [InlineData("?limit=200", 200)]
    public void The_limit_is_50_unless_given(string query, int limit) => Assert.Equal(limit, Read(query).Limit);

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=201")]
    [InlineData("?limit=-1")]
    [InlineData("?limit=x")]
    [InlineData("?limit=")]
    [InlineData("?limit=5&limit=6")]
    [InlineData("?cursor=a&cursor=b")]
    public void Other_limits_and_two_cursors_are_refused(string query) => Assert.NotNull(Read(query).Fault);

    [Fact]
    public void Pages_put_together_are_the_list() => Gen.Select(Gen.Int[0, 60], Gen.Int[1, 20]).Sample((count, limit) =>
    {
        var all = Enumerable.Range(0, count).Select(i => $"id-{i}").ToList();
        var (seen, cursor) = (new List<string>(), string.Empty);
        do
        {
            var page = Read($"?limit={limit}&cursor={cursor}").Cut(all, id => id).Value!;
            Assert.True(page.Items.Count <= limit);
            seen.AddRange(page.Items);
            cursor = page.Next;
        }
        while (cursor is not null);
        return seen.SequenceEqual(all);
    });

    [Fact]
    public void A_cursor_of_no_item_is_refused() =>
        Assert.Same(ListQuery.UnknownCursor, Read("?cursor=nobody").Cut(["a"], id => id).Failure);

    private static ListQuery Read(string query) => ListQuery.Read(new QueryCollection(QueryHelpers.ParseQuery(query)));
}
