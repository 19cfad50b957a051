using System.Net;
using System.Security.Cryptography;
using System.Text;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Users;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Tests;

/// <summary>
/// Ids and hashes that follow from a name: a failing test says "second", not a number nobody knows, and golden files stay equal.
/// </summary>
internal static class Named
{
    /// <summary>A moment that has nothing special about it.</summary>
    public static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Somebody who asks for things.</summary>
    public static Author Ada => Author.OfPerson(Id<UserId>("ada"), "ada@example.org", IPAddress.Parse("192.0.2.7"), Id<SessionId>("ada"));

    public static T Id<T>(string name) where T : struct, IResourceId<T> =>
        ResourceId.FromRandom<T>(Bytes(typeof(T).Name + name).AsSpan(0, 16));

    public static TokenHash Hash(string name) => new(Bytes(name));

    public static byte[] Bytes(string name) => SHA256.HashData(Encoding.UTF8.GetBytes(name));

    public static UserAddress Address(string name) => new(Convert.ToHexStringLower(Bytes(name).AsSpan(0, 16)));
}
