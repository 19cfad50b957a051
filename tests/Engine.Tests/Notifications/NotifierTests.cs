using HostAtlas.Engine.Notifications;
using HostAtlas.Engine.Notifications.Sending;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Engine.Tests.Storage.Sqlite;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace HostAtlas.Engine.Tests.Notifications;

/// <summary>What is told to nobody, over real tables and without an engine.</summary>
public sealed class NotifierTests : IDisposable
{
    private static readonly ServerKey Server = new(Named.Id<TeamId>("team"), Named.Id<ServerId>("server"));
    private static readonly ChannelId Channel = Named.Id<ChannelId>("channel");

    private readonly SqliteStoreUnderTest _tables = new();
    private readonly ManualTime _time = new(Named.Noon);

    private SqliteNotificationStore Store => new(_tables.File, _tables.Seals);

    [Fact]
    public async Task What_is_older_than_a_day_is_told_to_nobody_and_what_the_engine_does_not_answer_for_waits()
    {
        using var webhooks = new WebhookSender(new NotificationOptions(), _time);
        var sender = new ChannelSender(webhooks, new MailSender(new NotificationOptions(), _time));
        var notifier = new Notifier(
            Store, new EngineClient(new NoWay()), sender, new EngineOptions { DataDirectory = "", RootKey = [] }, _time,
            NullLogger<Notifier>.Instance);
        await ProjectAsync(1, Named.Noon.AddHours(-24));
        await ProjectAsync(2, Named.Noon.AddHours(-23));
        await notifier.ShareOutAsync(default);
        var waiting = Assert.Single(await Store.NewAsync(10, default));
        Assert.Equal(2, waiting.Key.Number);
        Assert.Empty(await notifier.DueAsync(10, default));

        // Nobody's fault but ours: it waits a moment, and no attempt is counted.
        await Store.ShareOutAsync(waiting.Key, [Channel], Named.Noon, default);
        await notifier.DeliverAsync(Assert.Single(await notifier.DueAsync(10, default)), default);
        Assert.Empty(await notifier.DueAsync(10, default));
        _time.Advance(TimeSpan.FromSeconds(10));
        var again = Assert.Single(await notifier.DueAsync(10, default));
        Assert.Equal(0, again.Attempts);

        _time.Advance(TimeSpan.FromHours(1));
        await notifier.DeliverAsync(again, default);
        Assert.Empty(await notifier.DueAsync(10, default));
        var last = (await Store.LastAsync(Server.Team, default))[Channel];
        Assert.Equal(("expired", 0), (last.Outcome, last.Waiting));
        _time.Advance(TimeSpan.FromHours(24));
        await notifier.ForgetAsync(default);
        Assert.Empty(await Store.LastAsync(Server.Team, default));
    }

    public void Dispose() => _tables.Dispose();

    private async Task ProjectAsync(long number, DateTimeOffset at)
    {
        var projection = new SqliteProjectionStore(_tables.File, _tables.Seals, new AuditSeal(_tables.Seals, new RootKeys(new byte[32])));
        var rows = new AuditRows([], []);
        rows.Happenings.Add(new KeyedHappening(
            new HappeningKey(Server, HappeningRoom.Backups, number), new Happening("backup.frozen", at, "web-1", null, null)));
        await projection.SaveAsync(number - 1, number, new ProjectedRows([], [], rows), default);
    }

    private sealed class NoWay : IEngineLink
    {
        public EngineWay? Way => null;
    }
}
