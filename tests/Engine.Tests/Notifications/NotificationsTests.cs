using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Notifications;
using HostAtlas.Engine.Notifications.Sending;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.TestSupport;

namespace HostAtlas.Engine.Tests.Notifications;

/// <summary>A freeze, from the journal to real receivers, over the end of the process that tells of it.</summary>
public sealed class NotificationsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TeamId Team = EmbeddedEngine.NewId<TeamId>();
    private static readonly ServerId Server = EmbeddedEngine.NewId<ServerId>();
    private static readonly string[] Paths = ["200", "500", "410", "held"];

    [Fact]
    public async Task A_freeze_is_told_on_every_channel_once_and_again_where_the_platform_died_before_it_knew()
    {
        await using var receivers = await Receivers.StartAsync();
        await using var engine = await EmbeddedEngine.StartAsync(configure: options => With(options, receivers));
        await FoundAsync(engine, receivers);
        Assert.IsType<Done>(await engine.Client.AskAsync(new FreezeBackups(Team, Server, FreezeCause.Person, Named.Ada)));

        // One receiver fails, one holds the line, one wants nothing more: the others hear all the same.
        await Poll.UntilAsync("all receivers", Patience, () =>
            Task.FromResult(Paths.All(path => receivers.IdsAt(path).Count > 0) && !receivers.Mails.IsEmpty));
        var good = Assert.Single(receivers.Webhooks, one => one.Path == "/200");
        Assert.Equal(WebhookSignature.Of([SecretOf("200")], good.Id,
            DateTimeOffset.FromUnixTimeSeconds(long.Parse(good.Timestamp, CultureInfo.InvariantCulture)), good.Body), good.Signature);
        var body = JsonDocument.Parse(good.Body).RootElement;
        Assert.Equal(("backup.frozen", "web-1"), (body.GetProperty("type").GetString(),
            body.GetProperty("data").GetProperty("server").GetProperty("name").GetString()));
        var mail = Assert.Single(receivers.Mails);
        Assert.Equal(("Backups of web-1 are frozen", $"{good.Id}@example.org"), (mail.Subject, mail.MessageId));
        Assert.Contains($"https://atlas.example.org/#/servers/{Server}", mail.TextBody, StringComparison.Ordinal);
        await Poll.UntilAsync("what came of it", Patience, async () =>
        {
            var last = await engine.Get<INotificationStore>().LastAsync(Team, default);
            return last.Values.Count(one => one.Outcome is not null) == 4 && last[IdOf("500")].Outcome == "answered:500"
                && last[IdOf("500")].Waiting == 1 && last[IdOf("410")].Waiting == 0 && last[IdOf("200")].Outcome == "delivered";
        });
        var channels = Assert.IsType<TeamChannels>(await engine.Client.AskAsync(new ListChannels(Team)));
        Assert.Equal([IdOf("410")], channels.Items.Where(channel => channel.GoneAt is not null).Select(channel => channel.Id));

        // The receiver that holds the line has the message, and the platform dies before it hears so.
        await engine.StopAsync();
        receivers.Release();
        await engine.StartAgainAsync(options => With(options, receivers));
        await Poll.UntilAsync("the same message again", Patience, () => Task.FromResult(receivers.IdsAt("held").Count == 2));
        Assert.Equal([good.Id], receivers.IdsAt("held").Distinct());

        // Told anew, the journal tells people nothing anew.
        Assert.IsType<ProjectionRebuilt>(await engine.Client.AskAsync(new RebuildProjection()));
        await SetChannelsAsync(engine, receivers, "200");
        Assert.IsType<Done>(await engine.Client.AskAsync(new ResumeBackups(Team, Server, Named.Ada)));
        await Poll.UntilAsync("the reopening", Patience, () => Task.FromResult(receivers.IdsAt("200").Count > 1));
        Assert.Equal(["backup.frozen", "backup.reopened"], receivers.Webhooks.Where(one => one.Path == "/200")
            .Select(one => JsonDocument.Parse(one.Body).RootElement.GetProperty("type").GetString()));
        Assert.Single(receivers.Mails);

        await TrialsAsync(engine, receivers);
    }

    private static async Task TrialsAsync(EmbeddedEngine engine, Receivers receivers)
    {
        Assert.Equal("delivered", (await TryAsync("200")).Code);
        Assert.Equal(RefusalKind.NotFound, Assert.IsType<Refused>(
            await engine.Client.AskAsync(new TryChannel(Team, EmbeddedEngine.NewId<ChannelId>()))).Kind);
        await SetChannelsAsync(engine, receivers, "302", "mail");
        Assert.Equal("answered:302", (await TryAsync("302")).Code);
        Assert.True((await TryAsync("mail")).Delivered);
        // Without the operator's word neither the certificate nor the address is good.
        using var untrusting = new WebhookSender(receivers.Options with { Authorities = null }, TimeProvider.System);
        using var guarded = new WebhookSender(receivers.Options with { AllowedNetworks = [] }, TimeProvider.System);
        var found = Assert.IsType<ChannelFound>(await engine.Client.AskAsync(new FindChannel(Team, IdOf("302"))));
        var message = new Message("msg_1", Team, null, new Happening(NotificationTypes.Test, Named.Noon, "x", null, null), null);
        Assert.Equal(SendOutcome.Untrusted, await untrusting.SendAsync(found, message, default));
        Assert.Equal(SendOutcome.AddressRefused, await guarded.SendAsync(found, message, default));
        Assert.Equal(SendOutcome.NoMail, await new MailSender(new NotificationOptions(), TimeProvider.System).SendAsync(
            Assert.IsType<ChannelFound>(await engine.Client.AskAsync(new FindChannel(Team, IdOf("mail")))), message, default));

        // One trial a team at a time: the last one's end may be on its way.
        async Task<ChannelTried> TryAsync(string path) => await Poll.ForAsync("the trial before", Patience, async () =>
            await engine.Client.AskAsync(new TryChannel(Team, IdOf(path))) as ChannelTried);
    }

    private static EngineOptions With(EngineOptions options, Receivers receivers) =>
        options with { Notifications = receivers.Options, Address = "https://atlas.example.org" };

    private static async Task FoundAsync(EmbeddedEngine engine, Receivers receivers)
    {
        var (invitation, hash) = (EmbeddedEngine.NewId<InvitationId>(), new TokenHash(SHA256.HashData("invitation"u8)));
        var ends = TimeProvider.System.GetUtcNow().AddHours(1);
        await engine.Client.AskAsync(new IssueInvitation(Team, invitation, hash, TeamRole.Owner, ends, Named.Ada));
        Assert.IsType<TeamJoined>(await engine.Client.AskAsync(
            new AcceptInvitation(Team, invitation, hash, Named.Id<UserId>("ada"), "ada@example.org", "Engines", Named.Ada)));
        Assert.IsType<ServerAdded>(await engine.Client.AskAsync(new AddServer(Team, Server, "web-1", false, Named.Ada)));
        await SetChannelsAsync(engine, receivers, [.. Paths, "mail"]);
    }

    private static async Task SetChannelsAsync(EmbeddedEngine engine, Receivers receivers, params string[] names) =>
        Assert.IsType<TeamChannels>(await engine.Client.AskAsync(new SetChannels(Team, [.. names.Select(name => name == "mail"
            ? new WantedChannel(IdOf(name), ChannelKind.Email, IsNew: true, "ops@example.org", ["backup.frozen"], null, null)
            : new WantedChannel(IdOf(name), ChannelKind.Webhook, IsNew: true, receivers.Url(name), ["*"], null, SecretOf(name)))],
            Named.Ada)));

    private static ChannelId IdOf(string name) => Named.Id<ChannelId>(name);

    private static byte[] SecretOf(string name) => Named.Bytes(name);
}
