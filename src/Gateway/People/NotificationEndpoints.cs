using System.Security.Cryptography;
using HostAtlas.Engine;
using HostAtlas.Engine.Notifications;
using HostAtlas.Engine.Notifications.Sending;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.People;

/// <summary><c>/api/notifications</c>: on which channels a team is told of what happens. For people with a session only.</summary>
internal sealed class NotificationEndpoints(EngineClient engine, INotificationStore store, EngineOptions options, Access access)
{
    /// <summary>The channels, the oldest first, and how the last attempt on each went.</summary>
    public async Task<Answer> GetAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.ReadNotifications);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        var reply = Failure.Unless<TeamChannels>(await engine.AskAsync(new ListChannels(grant.Team), http.RequestAborted));
        return reply.Value is { } channels ? await ShowAsync(grant.Team, channels, [], http.RequestAborted) : reply.Failure!;
    }

    /// <summary>Sets all channels at once: 200 with them; the secret of each new webhook is shown this once.</summary>
    public async Task<Answer> PutAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.ChangeNotifications);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        var read = await JsonBody.ReadAsync(http, PeopleJson.Default.NotificationsBody);
        if (read.Value is not { } body) return read.Failure!;
        var known = Failure.Unless<TeamChannels>(await engine.AskAsync(new ListChannels(grant.Team), http.RequestAborted));
        if (known.Value is not { } now) return known.Failure!;
        var fields = new ChannelFields(sendsMail: options.Notifications.Mail is not null, now);
        var wanted = fields.Read(body);
        if (fields.Failure is { } faults) return faults;
        if (fields.NamesUnknown) return Failure.NotFound;
        var reply = Failure.Unless<TeamChannels>(
            await engine.AskAsync(new SetChannels(grant.Team, wanted, grant.By), CancellationToken.None));
        if (reply.Value is not { } set) return reply.Failure!;
        var secrets = wanted.Where(channel => channel.Secret is not null)
            .ToDictionary(channel => channel.Id, channel => WebhookSignature.Text(channel.Secret));
        return await ShowAsync(grant.Team, set, secrets, CancellationToken.None);
    }

    /// <summary>Gives a webhook another secret: 200 with it, shown this once.</summary>
    public async Task<Answer> PostSecretAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.ChangeNotifications);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        if (!ResourceId.TryParse<ChannelId>(http.Request.RouteValues["id"] as string, out var id)) return Failure.NotFound;
        var read = await JsonBody.ReadAsync(http, PeopleJson.Default.TokenBody);
        if (read.Value is not { } body) return read.Failure!;
        var fields = new Fields();
        var overlap = fields.Overlap("/overlapSeconds", body.OverlapSeconds);
        if (fields.Failure is { } faults) return faults;
        var secret = RandomNumberGenerator.GetBytes(WebhookSignature.SecretBytes);
        var rotate = new RotateChannelSecret(grant.Team, id, secret, overlap, grant.By);
        var rotated = Failure.Unless<Done>(await engine.AskAsync(rotate, CancellationToken.None));
        var view = new ChannelSecretView(WebhookSignature.Text(secret));
        return rotated.Failure ?? Answer.Json(StatusCodes.Status200OK, view, PeopleJson.Default.ChannelSecretView);
    }

    /// <summary>Sends a trial on a channel: 200 with what came of it, whatever that is.</summary>
    public async Task<Answer> PostTestAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.ChangeNotifications);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        if (!ResourceId.TryParse<ChannelId>(http.Request.RouteValues["id"] as string, out var id)) return Failure.NotFound;
        var reply = Failure.Unless<ChannelTried>(await engine.AskAsync(new TryChannel(grant.Team, id), http.RequestAborted));
        return reply.Value is { } tried
            ? Answer.Json(StatusCodes.Status200OK, new ChannelTrialView(tried.Delivered, tried.Code, tried.Detail),
                PeopleJson.Default.ChannelTrialView)
            : reply.Failure!;
    }

    private async Task<Answer> ShowAsync(
        TeamId team, TeamChannels channels, Dictionary<ChannelId, string> secrets, CancellationToken cancellation)
    {
        var last = await store.LastAsync(team, cancellation);
        var views = channels.Items.Select(channel =>
            ChannelView.Of(channel, last.GetValueOrDefault(channel.Id), secrets.GetValueOrDefault(channel.Id))).ToList();
        var view = new NotificationsView(views, NotificationTypes.All, options.Notifications.Mail is not null);
        return Answer.Json(StatusCodes.Status200OK, view, PeopleJson.Default.NotificationsView);
    }
}
