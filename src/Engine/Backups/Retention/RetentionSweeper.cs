using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Engine.Backups.Retention;

/// <summary>
/// Sweeps one server's vault: the steps in their order, page by page, each a command of its own to the entity that decides it. A freeze
/// between two of them ends it; so does a crash, and the next sweep goes on from what the tables say.
/// </summary>
public sealed class RetentionSweeper(EngineClient engine, IRetentionDefaults defaults)
{
    private static readonly SweepStep[] Steps = [SweepStep.Expire, SweepStep.Mark, SweepStep.Delete];

    /// <summary>Sweeps; a step that is refused (the store or the vault is away) ends it, and what was done until then is told.</summary>
    public async Task<SweepTally> SweepAsync(ServerKey server, bool dryRun, Author by, CancellationToken cancellation)
    {
        var tally = new SweepTally(server);
        var asked = await defaults.OfAsync(server.Team, cancellation).ConfigureAwait(false);
        if (asked.Fault is not null) return tally with { Fault = asked.Fault };
        foreach (var step in Steps)
        {
            ObjectName? after = null;
            bool more;
            do
            {
                var sweep = new SweepBackups(server.Team, server.Server, step, after, dryRun, by) { Default = asked.Default };
                var reply = await engine.AskAsync(sweep, cancellation).ConfigureAwait(false);
                if (reply is not SweepDone done)
                    return tally with { Fault = (reply as Refused)?.Detail ?? "The engine's answer is not known." };
                tally = tally.With(done);
                (more, after) = (done.More, done.Next);
            }
            while (more);
        }
        return tally;
    }
}

/// <summary>What one sweep did, or would do.</summary>
public sealed record SweepTally(ServerKey Server)
{
    /// <summary>What kept it from doing more, of all steps the gravest.</summary>
    public RetentionStop Stop { get; init; }

    /// <summary>Snapshots that expired.</summary>
    public int Expired { get; init; }

    /// <summary>Objects whose week began.</summary>
    public ObjectSum Noticed { get; init; }

    /// <summary>Objects whose week is over.</summary>
    public ObjectSum Marked { get; init; }

    /// <summary>Objects that left the vault.</summary>
    public ObjectSum Deleted { get; init; }

    /// <summary>Objects that should go and that the vault refuses to delete.</summary>
    public HeldSum Held { get; init; }

    /// <summary>Why it ended before its end; null when it did not.</summary>
    public string? Fault { get; init; }

    /// <summary>With another step.</summary>
    public SweepTally With(SweepDone done) => this with
    {
        Stop = done.Stop > Stop ? done.Stop : Stop,
        Expired = Expired + done.Expired,
        Noticed = Noticed + done.Noticed,
        Marked = Marked + done.Marked,
        Deleted = Deleted + done.Deleted,
        Held = Held + done.Held,
    };
}
