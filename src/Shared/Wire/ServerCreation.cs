using HostAtlas.Shared.Ids;

namespace HostAtlas.Shared.Wire;

/// <summary>The body of <c>POST /api/servers</c>.</summary>
public sealed record CreateServer(string Name);

/// <summary>The answer 201: the only time the token is shown.</summary>
public sealed record ServerCreated(ServerId Id, string Name, string Token);
