using Akka.Cluster.Sharding;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Users;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Cluster;

public sealed class ShardsTests
{
    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly ServerId Server = Named.Id<ServerId>("server");

    [Fact]
    public void The_address_of_a_server_carries_its_team() =>
        Assert.Equal($"{Team}.{Server}", new Shards.ByServer().EntityId(new CheckSilence(Team, Server, Named.Noon)));

    [Fact]
    public void The_address_of_a_team_is_its_id() => Assert.Equal($"{Team}", new Shards.ByTeam().EntityId(new ListKeys(Team)));

    [Theory]
    [InlineData("00112233445566778899aabbccddeeff", "00112233445566778899aabbccddeeff")]
    [InlineData("00112233445566778899AABBCCDDEEFF", "00112233445566778899aabbccddeeff")]
    [InlineData("00112233445566778899aabbccddeef", null)]
    [InlineData("00112233445566778899aabbccddeeff00", null)]
    [InlineData("../../../../system/user/somebody", null)]
    [InlineData(null, null)]
    public void A_persons_address_is_rendered_anew_from_its_bytes_or_is_none(string? given, string? expected) =>
        Assert.Equal(expected, new Shards.ByUser().EntityId(new FindUser(new UserAddress(given!))));

    [Fact]
    public void A_command_of_another_room_has_no_address_here()
    {
        Assert.Null(new Shards.ByTeam().EntityId(new CheckSilence(Team, Server, Named.Noon)));
        Assert.Null(new Shards.ByServer().EntityId(new ListKeys(Team)));
        Assert.Null(new Shards.ByUser().EntityId("anything"));
    }

    /// <summary>Where an entity lives is part of every running cluster: the function must give for ever what it gave first.</summary>
    [Fact]
    public void An_address_stays_in_its_shard_for_ever()
    {
        IMessageExtractor extractor = new Shards.ByTeam();
        Assert.Equal(["223", "146", "96"], new[] { "a", "b", "c" }.Select(name =>
            extractor.ShardId(extractor.EntityId(new ListKeys(Named.Id<TeamId>(name)))!)));
    }

    [Fact]
    public void Ten_thousand_addresses_spread_over_256_shards()
    {
        IMessageExtractor extractor = new Shards.ByTeam();
        var sizes = Enumerable.Range(0, 10_000)
            .GroupBy(i => extractor.ShardId(extractor.EntityId(new ListKeys(Named.Id<TeamId>($"{i}")))!))
            .Select(shard => shard.Count()).ToList();
        Assert.Equal(256, sizes.Count);
        Assert.True(sizes.Max() < 100, $"The fullest shard holds {sizes.Max()} of 10,000.");
    }
}
