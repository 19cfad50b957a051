namespace HostAtlas.Engine.Cluster;

/// <summary>
/// What a command leads to: the events to journal (possibly none), then one reply (null for commands that nobody waits for).
/// </summary>
public sealed record Decision(IReadOnlyList<IEntityEvent> Events, IEngineReply? Reply)
{
    /// <summary>Nothing to journal, only an answer.</summary>
    public static Decision Answer(IEngineReply reply) => new([], reply);

    /// <summary>A refusal.</summary>
    public static Decision Refuse(RefusalKind kind, string detail) => new([], new Refused(kind, detail));

    /// <summary>One event, then the answer.</summary>
    public static Decision Journal(IEntityEvent happened, IEngineReply? reply) => new([happened], reply);

    /// <summary>Nothing at all.</summary>
    public static readonly Decision Nothing = new([], null);
}

/// <summary>An event of an entity's journal. Its time is in it; <c>Apply</c> never asks a clock.</summary>
public interface IEntityEvent
{
    /// <summary>When it happened, by the clock of the node that decided.</summary>
    DateTimeOffset At { get; }
}
