using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace HostAtlas.Engine.Notifications;

/// <summary>What the operator says of how people are told. Secrets in it are never printed.</summary>
public sealed record NotificationOptions
{
    /// <summary>Networks that webhooks may reach although they are not public; none by default.</summary>
    public IReadOnlyList<IPNetwork> AllowedNetworks { get; init; } = [];

    /// <summary>Authorities that receivers' certificates may come from, beside the system's own.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>How mails leave; null: they do not.</summary>
    public MailOptions? Mail { get; init; }

    /// <inheritdoc />
    public override string ToString() => nameof(NotificationOptions);
}

/// <summary>The operator's mail server.</summary>
/// <param name="FromStart">TLS from the first byte; else STARTTLS, without which nothing is sent.</param>
/// <param name="User">Null: the server takes mail from this host without a sign-in.</param>
/// <param name="From">The sender's address.</param>
public sealed record MailOptions(string Host, int Port, bool FromStart, string? User, string? Password, string From)
{
    /// <summary>Without the password.</summary>
    public override string ToString() => $"MailOptions({Host}:{Port})";
}
