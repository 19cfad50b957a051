using System.CommandLine;
using HostAtlas.Agent.Backup.Repack;
using HostAtlas.Agent.Backup.Run;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;

namespace HostAtlas.Agent.CommandLine;

/// <summary><c>repack</c>: a backup that also empties every pack that is worth it.</summary>
internal static class RepackVerb
{
    public static Command Command(CommonOptions common, AgentSurroundings around, Func<Func<Task<int>>, Task<int>> guard)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what the last backup found; nothing is read or sent." };
        var limit = BackupVerb.Limit();
        var command = new Command("repack", "Takes a backup and moves what it needs out of packs that are mostly dead.") { dryRun, limit };
        command.SetAction((parsed, stop) => guard(async () =>
        {
            var rate = BackupVerb.Rate(parsed.GetValue(limit));
            var options = ConfigFile.Load(parsed.GetValue(common.Config)!);
            var state = StateFolder.OpenOrCreate(parsed.GetValue(common.State)!);
            var json = parsed.GetValue(common.Json);
            if (!parsed.GetValue(dryRun))
                return await BackupVerb.RunAsync(options, state, around, json, new BackupVerb.Wishes(rate, false, Repacks: true), stop);
            var note = LastRun.Load(new RunFolder(state).Last)?.Repack ?? throw new VerbFailedException(ExitCode.Failed,
                "no backup of this host has looked at its packs yet; run hostatlas-agent backup");
            await around.Out.WriteLineAsync(json ? Json(note) : Words(note));
            return ExitCode.Done;
        }));
        return command;
    }

    private static string Json(RepackNote note) => BackupEvents.Event("dry-run", ("neededBytes", note.NeededBytes),
        ("wastedBytes", note.WastedBytes), ("packs", note.Packs), ("moveBytes", note.MoveBytes), ("freeBytes", note.FreeBytes));

    private static string Words(RepackNote note)
    {
        var state = $"The last backup used {UnitText.WriteSize(note.NeededBytes)} of earlier packs again, of which "
            + $"{UnitText.WriteSize(note.WastedBytes)} are dead.";
        return note.Packs == 0 ? $"{state} Nothing is worth moving."
            : $"{state} {note.Packs:N0} packs are worth emptying: {UnitText.WriteSize(note.MoveBytes)} would be sent, "
            + $"{UnitText.WriteSize(note.FreeBytes)} fewer needed. Nothing was read or sent.";
    }
}
