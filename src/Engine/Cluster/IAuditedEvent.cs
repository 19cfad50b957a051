namespace HostAtlas.Engine.Cluster;

/// <summary>
/// An event that people are told of in the audit log. <see cref="By"/> is null only in journals of before there were authors.
/// </summary>
public interface IAuditedEvent : IEntityEvent
{
    /// <summary>Who asked for it.</summary>
    Author? By { get; }
}
