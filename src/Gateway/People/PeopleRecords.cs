using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.People;

// Every member of a body that people send may be missing: what is wrong with it is told by the endpoint, with a pointer, not by a parser.

/// <summary>The body of <c>POST /api/setup</c>.</summary>
internal sealed record SetupBody(string? Invitation, string? Team, string? Email, string? Password, string? Code)
{
    /// <summary>Without the secrets.</summary>
    public override string ToString() => nameof(SetupBody);
}

/// <summary>The body of <c>POST /api/session</c>.</summary>
internal sealed record SignInBody(string? Email, string? Password, string? Code)
{
    /// <summary>Without the secrets.</summary>
    public override string ToString() => nameof(SignInBody);
}

/// <summary>The body of <c>POST /api/servers</c> and of <c>PATCH /api/servers/{id}</c>.</summary>
internal sealed record ServerBody(string? Name);

/// <summary>The body of <c>POST /api/servers/{id}/token</c> and of <c>POST /api/keys/{id}/rotate</c>.</summary>
internal sealed record TokenBody(int? OverlapSeconds);

/// <summary>The body of <c>POST /api/keys</c>.</summary>
internal sealed record KeyBody(string? Name, IReadOnlyList<string?>? Scopes, string? ExpiresAt);

/// <summary>201 of <c>POST /api/setup</c>.</summary>
internal sealed record SetupDone(TeamId Team, UserId User);

/// <summary>200 of <c>/api/session</c>.</summary>
internal sealed record SessionView(UserId User, string Email, IReadOnlyList<TeamView> Teams);

/// <summary>A team as one of its own sees it; a key has scopes and no role.</summary>
internal sealed record TeamView(TeamId Id, string Name, string? Role);

/// <summary>A server; times are ISO 8601 in UTC.</summary>
internal sealed record ServerView(ServerId Id, string Name, string Status, DateTimeOffset? LastSeenAt, DateTimeOffset CreatedAt)
{
    /// <summary>The directory's row for people.</summary>
    public static ServerView Of(ServerRow row) =>
        new(row.Id, row.Name, row.Status, row.LastSeenAt?.ToUniversalTime(), row.CreatedAt.ToUniversalTime());
}

/// <summary>200 of <c>POST /api/servers/{id}/token</c>: the only time the token is shown.</summary>
internal sealed record TokenView(string Token)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => nameof(TokenView);
}

/// <summary>An API key's metadata.</summary>
/// <param name="ExpiresAt">From when on it is worth nothing; null: it has no end.</param>
/// <param name="LastUsedAt">To within a minute; null: never.</param>
internal sealed record KeyView(
    KeyId Id, string Name, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt)
{
    /// <summary>The team's own record for people.</summary>
    public static KeyView Of(TeamKey key, IReadOnlyDictionary<KeyId, DateTimeOffset> uses) => new(
        key.Id, key.Name, WireNames.Of(key.Scopes), key.CreatedAt.ToUniversalTime(), key.ExpiresAt?.ToUniversalTime(),
        uses.TryGetValue(key.Id, out var used) ? used.ToUniversalTime() : null);
}

/// <summary>201 of <c>POST /api/keys</c>: the only time the key is shown.</summary>
internal sealed record KeyCreated(KeyId Id, string Name, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt, string Key)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => nameof(KeyCreated);
}

/// <summary>200 of <c>POST /api/keys/{id}/rotate</c>: the only time the key's new text is shown.</summary>
internal sealed record KeyText(string Key)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => nameof(KeyText);
}

/// <summary>A page of a list; <paramref name="Next"/> is the cursor of the page after it, null on the last.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
