using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Run;
using HostAtlas.Agent.Backup.Transfer;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Restore;
using HostAtlas.Agent.Restore.Drills;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Agent.CommandLine;

/// <summary>A drill with all that stands around it: the note for <c>status</c>, what the next backup must not build on, the platform's
/// ear. The verb and the schedule both go this way.</summary>
internal sealed class Drilling(AgentOptions options, StateFolder state, AgentSurroundings around)
{
    private readonly RunFolder _folder = new(state);

    /// <summary>Drills and notes it, also when it could not be done.</summary>
    /// <exception cref="VerbFailedException">It could not be done.</exception>
    public async Task<DrillOutcome> RunAsync(long mostBytes, CancellationToken stop)
    {
        var note = new DrillNote { BeganAt = around.Time.GetUtcNow() };
        try
        {
            var outcome = await TryRunAsync(mostBytes, stop).ConfigureAwait(false);
            (note with
            {
                Snapshot = outcome.Snapshots[0].Document.Id,
                Files = outcome.Files,
                Bytes = outcome.Bytes,
                Failed = outcome.Faults.Count,
            }).Save(_folder.Drill);
            return outcome;
        }
        catch (Exception fault) when (fault is VerbFailedException or DrillImpossibleException or IOException or TicketRefusedException
            or ObjectBrokenException or BackupRefusedException or UnauthorizedAccessException)
        {
            (note with { Trouble = fault.Message }).Save(_folder.Drill);
            throw fault as VerbFailedException ?? new VerbFailedException(ExitCode.Failed, fault.Message);
        }
    }

    /// <summary>Tells the platform of the last drill, unless it has heard of it; why it could not be told, or null.</summary>
    public async Task<string?> TellAsync(CancellationToken stop)
    {
        if (DrillNote.Load(_folder.Drill) is not { Told: false, Snapshot: { } snapshot } note) return null;
        var client = Connection.Open(options.Url, options.CaFile, options.HttpsProxy, around);
        using var api = new BackupApi(client, new CurrentToken(state).Read, around.Time, around.Random) { Patience = TimeSpan.Zero };
        try
        {
            await api.DrillAsync(snapshot, note.BeganAt, note.Files, note.Bytes, note.Failed, stop).ConfigureAwait(false);
        }
        catch (BackupRefusedException refused) when (refused.Status != 404)
        {
            return refused.Message;
        }
        catch (BackupRefusedException)
        {
            // A platform that does not know what a drill is, or no longer has what was drilled, will not know it tomorrow.
        }
        (note with { Told = true }).Save(_folder.Drill);
        return null;
    }

    private async Task<DrillOutcome> TryRunAsync(long mostBytes, CancellationToken stop)
    {
        if (state.ReadToken() is null)
            throw new VerbFailedException(ExitCode.Failed, "this agent is not enrolled; run hostatlas-agent enroll --url URL --token-file "
                + "FILE");
        using var opened = RepositoryChoice.OpenOwn(options, state, around);
        var damaged = new HashSet<ObjectName>();
        var gate = new Lock();
        var run = new DrillRun(new RepositoryReader(opened.Source, opened.Keys), around.Random, name =>
        {
            lock (gate) damaged.Add(name);
        });
        var outcome = await Task.Run(() => run.RunAsync(catalog =>
        {
            if (SnapshotChoice.Rollback(catalog, opened.Head, opened.Keys) is { } why) throw new VerbFailedException(ExitCode.Failed, why);
        }, mostBytes, stop), CancellationToken.None).ConfigureAwait(false);
        // What the next backup would build on for ever, since it does not open what it uses again.
        if (damaged.Count > 0) _folder.Damaged.Add(damaged);
        return outcome;
    }
}
