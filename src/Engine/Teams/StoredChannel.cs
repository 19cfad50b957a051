using System.Collections.Immutable;
using HostAtlas.Shared;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Teams;

/// <summary>A channel as the team keeps it.</summary>
/// <param name="Secrets">Newest first, at most two; none for e-mail.</param>
/// <param name="GoneAt">Since when its receiver wants nothing more; null while it does, and again once a person has enabled it.</param>
public sealed record StoredChannel(
    ChannelId Id, ChannelKind Kind, ChannelTerms Terms, ImmutableList<StoredSecret> Secrets, DateTimeOffset CreatedAt,
    DateTimeOffset? GoneAt = null)
{
    /// <summary>The channel for others, without its secrets.</summary>
    public TeamChannel Shown => new(Id, Kind, Terms, CreatedAt, GoneAt);

    /// <summary>What signs at a time, the newest first.</summary>
    public IEnumerable<byte[]> SecretsAt(DateTimeOffset now) =>
        Secrets.Where(secret => secret.EndsAt is null || secret.EndsAt > now).Select(secret => secret.Secret);

    /// <summary>The channel after a person changed it.</summary>
    public StoredChannel Changed(ChannelTerms to) => this with { Terms = to, GoneAt = to.Enabled ? null : GoneAt };

    /// <summary>The channel after a rotation.</summary>
    public StoredChannel Rotated(ChannelSecretRotated happened) => this with
    {
        Secrets =
        [
            new StoredSecret(happened.Secret, null),
            .. Secrets.Where(secret => secret.EndsAt is null || secret.EndsAt > happened.At).Take(Limits.TokensPerServer - 1)
                .Select(secret => secret with { EndsAt = happened.EarlierEndsAt }),
        ],
    };
}

/// <summary>What a webhook's messages are signed by, and until when; null while it is the newest.</summary>
public sealed record StoredSecret(byte[] Secret, DateTimeOffset? EndsAt)
{
    /// <summary>Without the secret: a record's own text would print it into a log.</summary>
    public override string ToString() => $"StoredSecret({EndsAt})";
}
