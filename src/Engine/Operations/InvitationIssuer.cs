using System.Security.Cryptography;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Operations;

/// <summary>Makes invitations that found a team or join one. The token leaves here once; the team keeps its hash.</summary>
public sealed class InvitationIssuer(EngineClient engine, PlatformKeys keys, TimeProvider time)
{
    /// <summary>Makes one for a team that does not exist yet; either it is journalled and returned, or the engine refused.</summary>
    public Task<(IssuedInvitation? Issued, Refused? Refused)> IssueFoundingAsync(Author by, CancellationToken cancellation) =>
        IssueAsync(
            ResourceId.FromRandom<TeamId>(RandomNumberGenerator.GetBytes(ResourceId.SizeBytes)), TeamRole.Owner, email: null, by,
            cancellation);

    /// <summary>
    /// Makes one into a team, bound to <paramref name="email"/> unless that is null; either it is journalled and returned, or the engine
    /// refused.
    /// </summary>
    public async Task<(IssuedInvitation? Issued, Refused? Refused)> IssueAsync(
        TeamId team, TeamRole role, string? email, Author by, CancellationToken cancellation)
    {
        var invitation = ResourceId.FromRandom<InvitationId>(RandomNumberGenerator.GetBytes(ResourceId.SizeBytes));
        var secret = RandomNumberGenerator.GetBytes(TokenForm.SecretBytes);
        var token = TokenForm.Write(TokenKind.Invitation, team, invitation, secret, keys.TokenKey);
        CryptographicOperations.ZeroMemory(secret);
        var expiresAt = time.GetUtcNow().AddHours(Limits.InvitationHours);
        var issue = new IssueInvitation(team, invitation, TokenHash.Of(token), role, expiresAt, by) { Email = email };
        var reply = await engine.AskAsync(issue, cancellation).ConfigureAwait(false);
        return reply is Refused refused ? (null, refused) : (new IssuedInvitation(team, invitation, token, expiresAt), null);
    }
}

/// <summary>An invitation, the only time its text is at hand.</summary>
public sealed record IssuedInvitation(TeamId Team, InvitationId Id, string Token, DateTimeOffset ExpiresAt)
{
    /// <summary>Without the token: a record's own text would print it into a log.</summary>
    public override string ToString() => $"IssuedInvitation({Team}, until {ExpiresAt:O})";
}
