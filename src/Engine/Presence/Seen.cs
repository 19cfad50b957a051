using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Presence;

/// <summary>What one flush tells the presence slices after its commit: these servers were heard at this time.</summary>
public sealed record Seen(IReadOnlyList<ServerKey> Servers, DateTimeOffset At);

/// <summary>A server with its tenant: the address of its entity.</summary>
public readonly record struct ServerKey(TeamId Team, ServerId Server)
{
    /// <summary>Reads an address that was rendered here; <see cref="FormatException"/> for any other text.</summary>
    public static ServerKey Parse(string address) => address.Split('.') is [var team, var server]
        ? new ServerKey(ResourceId.Parse<TeamId>(team), ResourceId.Parse<ServerId>(server))
        : throw new FormatException($"'{address}' is no server's address.");

    /// <summary><c>{team}.{server}</c>, always rendered anew from the ids.</summary>
    public override string ToString() => $"{Team}.{Server}";
}
