using HostAtlas.Engine.Cluster;
using HostAtlas.Shared;

namespace HostAtlas.Engine.Teams;

public static partial class TeamDecisions
{
    /// <summary>API keys a team may hold, those among them whose end has come.</summary>
    public const int MaxKeys = 100;

    private static readonly Decision NoSuchKey = Decision.Refuse(RefusalKind.NotFound, "There is no such key.");

    private static Decision Authorize(TeamState state, AuthorizeKey command, DateTimeOffset now) =>
        // What has expired answers like what never was, and without waiting for anybody to clear it away.
        state.Keys.TryGetValue(command.Key, out var key) && StoredTokens.Hold(key.Tokens, command.Hash, now) && !key.HasExpired(now)
            ? Decision.Answer(new Authorized(command.Team, state.Name!, null, key.Scopes, key.Name))
            : NoSuchCredential;

    private static Decision Add(TeamState state, AddKey command, DateTimeOffset now) =>
        state.Keys.TryGetValue(command.Key, out var known)
            ? known.Tokens[0].Hash == command.Hash ? Granted : Decision.Refuse(RefusalKind.Conflict, "There is a key of this id.")
        : state.Keys.Count >= MaxKeys
            ? Decision.Refuse(RefusalKind.Conflict, $"A team has at most {MaxKeys} keys. Revoke one that is not needed.")
        : Decision.Journal(
            new KeyAdded(command.Key, command.Name, command.Scopes, command.Hash, now, command.By) { ExpiresAt = command.ExpiresAt },
            Done.Instance);

    private static Decision Rotate(TeamState state, RotateKey command, DateTimeOffset now) =>
        command.OverlapSeconds is < 0 or > Limits.TokenOverlapMaxSeconds
            ? Decision.Refuse(RefusalKind.InvalidContent, "overlapSeconds lies between 0 and a week.")
        : !state.Keys.TryGetValue(command.Key, out var key) ? NoSuchKey
        // Sent again after a lost answer, the same key changes nothing.
        : key.Tokens[0].Hash == command.Hash ? Granted
        : key.HasExpired(now) ? Decision.Refuse(RefusalKind.Conflict, "This key has expired. Make a new one.")
        : Decision.Journal(
            new KeyRotated(command.Key, key.Name, command.Hash, now.AddSeconds(command.OverlapSeconds), now, command.By), Done.Instance);

    private static TeamKeys Keys(TeamState state) => new([.. state.Keys
        .OrderByDescending(key => key.Value.CreatedAt).ThenBy(key => key.Key.Value)
        .Select(key => new TeamKey(key.Key, key.Value.Name, key.Value.Scopes, key.Value.CreatedAt, key.Value.ExpiresAt))]);
}
