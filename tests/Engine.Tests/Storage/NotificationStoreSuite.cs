using HostAtlas.Engine.Notifications;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Storage;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Storage;

/// <summary>What a store of notifications promises, whichever it is.</summary>
public abstract class NotificationStoreSuite
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);
    private static readonly ServerKey Server = new(EmbeddedEngine.NewId<TeamId>(), EmbeddedEngine.NewId<ServerId>());
    private static readonly ServerKey Other = new(EmbeddedEngine.NewId<TeamId>(), EmbeddedEngine.NewId<ServerId>());
    private static readonly ChannelId One = EmbeddedEngine.NewId<ChannelId>(), Two = EmbeddedEngine.NewId<ChannelId>();

    /// <summary>The store that this suite is run against, empty.</summary>
    protected abstract INotificationStore Store { get; }

    /// <summary>The projection's, over the same tables.</summary>
    protected abstract IProjectionStore Projection { get; }

    [Fact]
    public async Task A_happening_is_new_until_it_was_shared_out_and_then_due_to_each_of_its_channels()
    {
        await ProjectAsync(Happened(Server, 2, Now), Happened(Server, 1, Now.AddSeconds(-1)));
        // Read from the journal once more, by whatever accident.
        await ProjectAsync(Happened(Server, 1, Now.AddSeconds(-1)));
        var rows = await Store.NewAsync(10, default);
        Assert.Equal([1, 2], rows.Select(row => row.Key.Number));
        Assert.Equal(Happened(Server, 1, Now.AddSeconds(-1)).Happening, rows[0].Happening);
        Assert.Single(await Store.NewAsync(1, default));

        foreach (var row in rows) await Store.ShareOutAsync(row.Key, [One, Two], Now, default);
        await Store.ShareOutAsync(rows[0].Key, [One, Two], Now.AddHours(1), default);
        Assert.Empty(await Store.NewAsync(10, default));
        await ProjectAsync(Happened(Server, 1, Now.AddSeconds(-1)));
        Assert.Empty(await Store.NewAsync(10, default));

        Assert.Empty(await Store.DueAsync(Now.AddMilliseconds(-1), 10, default));
        // One a channel, so that none stands in another's way.
        var due = await Store.DueAsync(Now, 10, default);
        Assert.Equal(new[] { One, Two }.ToHashSet(), due.Select(one => one.Channel).ToHashSet());
        Assert.Equal(2, due.Count);
        Assert.All(due, one => Assert.Equal((0, "web-1"), (one.Attempts, one.Happening!.ServerName)));
        Assert.Single(await Store.DueAsync(Now, 1, default));
    }

    [Fact]
    public async Task What_came_of_an_attempt_moves_the_delivery_and_is_told_to_its_team_alone()
    {
        await ProjectAsync(Happened(Server, 1, Now), Happened(Other, 1, Now));
        foreach (var row in await Store.NewAsync(10, default)) await Store.ShareOutAsync(row.Key, [One], Now, default);
        var mine = (await Store.DueAsync(Now, 10, default)).Single(due => due.Key.Server == Server);
        await Store.MarkAsync(mine, new DeliveryMark(DeliveryState.Waiting, 1, Now.AddSeconds(5), Now, "timed-out"), default);
        Assert.Equal(new LastAttempt(Now, "timed-out", 1), (await Store.LastAsync(Server.Team, default))[One]);
        Assert.Equal(new LastAttempt(null, null, 1), (await Store.LastAsync(Other.Team, default))[One]);
        Assert.DoesNotContain(await Store.DueAsync(Now.AddSeconds(4), 10, default), due => due.Key.Server == Server);

        var again = (await Store.DueAsync(Now.AddSeconds(5), 10, default)).Single(due => due.Key.Server == Server);
        Assert.Equal(1, again.Attempts);
        await Store.MarkAsync(again, again.Postponed(Now.AddSeconds(9)), default);
        Assert.Equal(new LastAttempt(Now, "timed-out", 1), (await Store.LastAsync(Server.Team, default))[One]);
        await Store.MarkAsync(again, new DeliveryMark(DeliveryState.Sent, 2, Now, Now.AddSeconds(6), "delivered"), default);
        Assert.Equal(new LastAttempt(Now.AddSeconds(6), "delivered", 0), (await Store.LastAsync(Server.Team, default))[One]);
        Assert.Equal([Other], (await Store.DueAsync(Now.AddDays(1), 10, default)).Select(due => due.Key.Server));
    }

    [Fact]
    public async Task What_is_old_goes_with_its_deliveries_and_nothing_else_does()
    {
        await ProjectAsync(Happened(Server, 1, Now), Happened(Server, 2, Now.AddHours(1)));
        foreach (var row in await Store.NewAsync(10, default)) await Store.ShareOutAsync(row.Key, [One], Now, default);
        await Store.ForgetAsync(Now.AddMinutes(1), default);
        Assert.Equal([2], (await Store.DueAsync(Now, 10, default)).Select(due => due.Key.Number));
        Assert.Equal(1, (await Store.LastAsync(Server.Team, default))[One].Waiting);
        await ProjectAsync(Happened(Server, 2, Now.AddHours(1)));
        Assert.Empty(await Store.NewAsync(10, default));
    }

    private async Task ProjectAsync(params KeyedHappening[] happenings)
    {
        var rows = new AuditRows([], []);
        rows.Happenings.AddRange(happenings);
        var offset = await Projection.ReadOffsetAsync(default);
        await Projection.SaveAsync(offset, offset + 1, new ProjectedRows([], [], rows), default);
    }

    private static KeyedHappening Happened(ServerKey server, long number, DateTimeOffset at) =>
        new(new HappeningKey(server, HappeningRoom.Backups, number), new Happening("backup.frozen", at, "web-1", "person", null));
}
