namespace HostAtlas.Shared.Ids;

/// <summary>A UUID v4 that names one kind of resource. One struct a kind, so that a team's id can never stand where a server's is
/// meant.</summary>
public interface IResourceId<TSelf> where TSelf : struct, IResourceId<TSelf>
{
    /// <summary>The id as .NET's own type.</summary>
    Guid Value { get; }

    /// <summary>Wraps a value that was checked already; outside of <see cref="ResourceId"/> nobody calls it.</summary>
    static abstract TSelf Wrap(Guid value);
}
