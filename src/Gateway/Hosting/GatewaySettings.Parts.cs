using HostAtlas.Engine.Vault;
using HostAtlas.Engine.Vault.S3;

namespace HostAtlas.Gateway.Hosting;

/// <content>Settings of where backups lie and of how people are told.</content>
internal static partial class GatewaySettings
{
    private static Dictionary<string, (string Expected, Setter Set)> OfVault() => new()
    {
        ["vault.kind"] = ("directory or s3", (o, text) => text switch
        {
            "directory" => o with { VaultSettings = o.VaultSettings with { Kind = VaultKind.Directory } },
            "s3" => o with { VaultSettings = o.VaultSettings with { Kind = VaultKind.S3 } },
            _ => null,
        }),
        ["vault.endpoint"] = ("an https address without a path, e.g. https://fsn1.your-objectstorage.com", (o, text) =>
            ReadUrl(text) is { } url ? o with { VaultSettings = o.VaultSettings with { Endpoint = url } } : null),
        ["vault.region"] = ("a region's name", (o, text) => o with { VaultSettings = o.VaultSettings with { Region = text } }),
        ["vault.bucket"] = ("a bucket's name", (o, text) => o with { VaultSettings = o.VaultSettings with { Bucket = text } }),
        ["vault.prefix"] = ("a prefix", (o, text) => o with { VaultSettings = o.VaultSettings with { Prefix = text } }),
        ["vault.keys_file"] = ("a file", (o, text) =>
            text.Length > 0 ? o with { VaultSettings = o.VaultSettings with { KeysFile = text } } : null),
        ["vault.path_style"] = ("true or false", (o, text) =>
            bool.TryParse(text, out var style) ? o with { VaultSettings = o.VaultSettings with { PathStyle = style } } : null),
        ["vault.ca_file"] = ("a file", (o, text) =>
            text.Length > 0 ? o with { VaultSettings = o.VaultSettings with { CaFile = text } } : null),
        ["vault.lock_mode"] = ("governance or compliance", (o, text) => text switch
        {
            "governance" => o with { VaultSettings = o.VaultSettings with { LockMode = S3LockMode.Governance } },
            "compliance" => o with { VaultSettings = o.VaultSettings with { LockMode = S3LockMode.Compliance } },
            _ => null,
        }),
        ["vault.lock_days"] = Whole(1, 36_500, (o, n) => o with { VaultSettings = o.VaultSettings with { LockDays = n } }),
    };

    private static Dictionary<string, (string Expected, Setter Set)> OfTelling() => new()
    {
        ["notifications.allowed_networks"] = ("networks with commas between them, e.g. 10.1.0.0/16, fd00::/8", (o, text) =>
            NotificationSettings.ReadNetworks(text) is { } networks ? o with { WebhookNetworks = networks } : null),
        ["notifications.ca_file"] = ("a file", (o, text) => text.Length > 0 ? o with { NotificationAuthorityFile = text } : null),
        ["smtp.host"] = ("the name of a mail server", (o, text) =>
            Uri.CheckHostName(text) != UriHostNameType.Unknown ? o with { Mail = o.Mail with { Host = text } } : null),
        ["smtp.port"] = Whole(1, 65_535, (o, n) => o with { Mail = o.Mail with { Port = n } }),
        ["smtp.tls"] = ("starttls or tls", (o, text) => text switch
        {
            "starttls" => o with { Mail = o.Mail with { FromStart = false } },
            "tls" => o with { Mail = o.Mail with { FromStart = true } },
            _ => null,
        }),
        ["smtp.user"] = ("a name", (o, text) => text.Length > 0 ? o with { Mail = o.Mail with { User = text } } : null),
        ["smtp.password_file"] = ("a file", (o, text) => text.Length > 0 ? o with { Mail = o.Mail with { PasswordFile = text } } : null),
        ["smtp.from"] = ("an e-mail address", (o, text) => text.Length > 0 ? o with { Mail = o.Mail with { From = text } } : null),
    };
}
