namespace HostAtlas.Engine.Projections;

/// <summary>A command to the cluster's one projection.</summary>
public interface IProjectionCommand;

/// <summary>
/// Asks to be told once the tables know what the journal held when the projection started. Reply: <see cref="ProjectionCaughtUp"/>.
/// </summary>
public sealed record AwaitCaughtUp : IProjectionCommand;

/// <summary>
/// Tells the whole journal again and puts the result in the place of the tables, which stay readable meanwhile.
/// Reply: <see cref="ProjectionRebuilt"/>, or EngineBusy while another rebuild runs or the store is away.
/// </summary>
public sealed record RebuildProjection : IProjectionCommand;

/// <summary>The tables know at least this much of the journal.</summary>
public sealed record ProjectionCaughtUp(long Offset) : IEngineReply;

/// <summary>The tables were told anew from this many events.</summary>
public sealed record ProjectionRebuilt(long Events, int Teams, int Servers, long Offset) : IEngineReply;
