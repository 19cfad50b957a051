using System.Security.Cryptography;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Spool;

/// <summary>A batch's id: what makes a retry harmless.</summary>
public readonly record struct BatchId(Guid Value) : IResourceId<BatchId>
{
    /// <inheritdoc />
    public static BatchId Wrap(Guid value) => new(value);

    /// <summary>A new id of the system's CSPRNG: the edge that the spool is given.</summary>
    public static Guid Draw() => ResourceId.FromRandom<BatchId>(RandomNumberGenerator.GetBytes(ResourceId.SizeBytes)).Value;
}
