using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Teams;

/// <summary>The invitation can be accepted. <paramref name="Founding"/>: the team does not exist yet.</summary>
public sealed record InvitationOpen(TeamRole Role, bool Founding) : IEngineReply;

/// <summary>The person is a member now.</summary>
public sealed record TeamJoined(TeamId Team, string Name, TeamRole Role) : IEngineReply;

/// <summary>What the credential may do: a role for a person (scopes none), scopes and the key's name for a key (role null).</summary>
public sealed record Authorized(TeamId Team, string TeamName, TeamRole? Role, KeyScopes Scopes, string? KeyName) : IEngineReply;

/// <summary>The server belongs to the team.</summary>
public sealed record ServerAdded(ServerId Server, string Name, DateTimeOffset CreatedAt) : IEngineReply;

/// <summary>The team's API keys, newest first; never their text.</summary>
public sealed record TeamKeys(IReadOnlyList<TeamKey> Items) : IEngineReply;

/// <summary>One key's metadata.</summary>
public sealed record TeamKey(KeyId Id, string Name, KeyScopes Scopes, DateTimeOffset CreatedAt);
