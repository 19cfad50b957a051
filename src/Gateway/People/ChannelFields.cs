using System.Security.Cryptography;
using HostAtlas.Engine.Notifications;
using HostAtlas.Engine.Notifications.Sending;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.People;

/// <summary>
/// Checks the channels of a body. Whom they lead to is looked at when something is sent there: names change their addresses.
/// </summary>
/// <param name="sendsMail">Whether the operator has configured a mail server.</param>
/// <param name="known">The team's channels now.</param>
internal sealed class ChannelFields(bool sendsMail, TeamChannels known)
{
    private const int UrlLength = 2_000;

    private readonly Fields _fields = new();

    /// <summary>The answer when there were faults, else null.</summary>
    public Failure? Failure => _fields.Failure;

    /// <summary>Whether a channel is named that the team does not have.</summary>
    public bool NamesUnknown { get; private set; }

    /// <summary>The channels as they should be; with faults they mean nothing.</summary>
    public IReadOnlyList<WantedChannel> Read(NotificationsBody body)
    {
        if (body.Items is null) _fields.Fault("/items", "The channels are expected, all of them.");
        var wanted = new List<WantedChannel>();
        for (var i = 0; i < body.Items?.Count; i++)
        {
            if (body.Items[i] is { } channel) wanted.Add(Read($"/items/{i}", channel));
            else _fields.Fault($"/items/{i}", "A channel is expected.");
        }
        foreach (var twice in wanted.GroupBy(channel => channel.Id).Where(group => group.Count() > 1))
            _fields.Fault($"/items/{wanted.FindLastIndex(channel => channel.Id == twice.Key)}/id", "Each channel is named once.");
        return wanted;
    }

    private WantedChannel Read(string at, ChannelBody body)
    {
        var (id, isNew) = (default(ChannelId), body.Id is null);
        if (isNew) id = ResourceId.FromRandom<ChannelId>(RandomNumberGenerator.GetBytes(ResourceId.SizeBytes));
        var stands = !isNew && ResourceId.TryParse(body.Id, out id) ? known.Items.FirstOrDefault(channel => channel.Id == id) : null;
        NamesUnknown |= !isNew && stands is null;
        var kind = body.Kind switch
        {
            "webhook" => ChannelKind.Webhook,
            "email" => ChannelKind.Email,
            _ => default,
        };
        if (kind == default) _fields.Fault($"{at}/kind", "One of webhook, email is expected.");
        var target = kind switch
        {
            ChannelKind.Webhook => Url($"{at}/url", body.Url),
            ChannelKind.Email => Address($"{at}/address", body.Address),
            _ => "",
        };
        // What was set while there was a mail server may stay as it is: it only waits.
        if (kind == ChannelKind.Email && !sendsMail && stands?.Terms.Target != target)
            _fields.Fault($"{at}/kind", "This platform sends no mail: its operator has configured no mail server. Use a webhook.");
        var secret = kind == ChannelKind.Webhook && isNew ? RandomNumberGenerator.GetBytes(WebhookSignature.SecretBytes) : null;
        return new WantedChannel(id, kind, isNew, target, Events($"{at}/events", body.Events), body.Enabled, secret);
    }

    private string Address(string pointer, string? text)
    {
        var address = _fields.Email(pointer, text);
        if (_fields.Failure is null && !MailSender.IsAddress(address)) _fields.Fault(pointer, "An e-mail address is expected.");
        return address;
    }

    private string Url(string pointer, string? text)
    {
        // Its own text is kept, not another spelling of it; one with a fragment or a sign-in in it would not be sent as it stands.
        var fine = text is { Length: > 0 and <= UrlLength } && Uri.TryCreate(text, UriKind.Absolute, out var url)
            && url.Scheme == Uri.UriSchemeHttps && url.Host.Length > 0 && url.UserInfo.Length == 0 && url.Fragment.Length == 0
            && text.All(c => c is > ' ' and <= '~');
        if (!fine)
            _fields.Fault(pointer, $"An https address of at most {UrlLength} characters is expected, without a name or password in it.");
        return text ?? "";
    }

    private List<string> Events(string pointer, IReadOnlyList<string?>? names)
    {
        var events = new List<string>();
        if (names is not { Count: > 0 }) _fields.Fault(pointer, "At least one type is expected, or \"*\" for all.");
        for (var i = 0; i < names?.Count; i++)
        {
            if (names[i] is { } name && (name == TeamChannel.EveryEvent || NotificationTypes.All.Contains(name))) events.Add(name);
            else _fields.Fault($"{pointer}/{i}", "A type of GET /api/notifications is expected, or \"*\" for all.");
        }
        return [.. events.Distinct().Order(StringComparer.Ordinal)];
    }
}
