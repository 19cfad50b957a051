using System.CommandLine;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Progress;
using HostAtlas.Agent.Restore.Drills;

namespace HostAtlas.Agent.CommandLine;

/// <summary><c>drill</c>: restores a sample of the newest snapshots without keeping it.</summary>
internal static class DrillVerb
{
    public static Command Command(CommonOptions common, AgentSurroundings around, Func<Func<Task<int>>, Task<int>> guard)
    {
        var size = new Option<string?>("--size")
        {
            Description = "How much is restored, instead of drill_size in the configuration, e.g. 1GiB.",
            HelpName = "SIZE",
        };
        var command = new Command("drill",
            "Restores a sample of the newest snapshots and keeps nothing of it. Exit code 4: files did not come back as they were.")
        {
            size,
        };
        command.SetAction((parsed, stop) => guard(async () =>
        {
            var options = ConfigFile.Load(parsed.GetValue(common.Config)!);
            var state = StateFolder.OpenOrCreate(parsed.GetValue(common.State)!);
            var drilling = new Drilling(options, state, around);
            var outcome = await drilling.RunAsync(Size(parsed.GetValue(size)) ?? options.Backup?.DrillBytes
                ?? BackupOptions.DrillDefaultBytes, stop);
            var isJson = parsed.GetValue(common.Json);
            foreach (var (path, why) in outcome.Faults)
            {
                await around.Error.WriteLineAsync(
                    isJson ? Json(path, why) : $"{TreeNames.DisplayPath(path.Span)} did not come back as it was: {why}");
            }
            if (await drilling.TellAsync(stop) is { } untold)
                await around.Error.WriteLineAsync($"hostatlas-agent: the platform was not told of it: {untold}");
            await around.Out.WriteLineAsync(isJson ? Json(outcome) : Text(outcome));
            return outcome.Faults.Count == 0 ? ExitCode.Done : ExitCode.Partly;
        }));
        return command;
    }

    /// <summary>The result in a sentence.</summary>
    public static string Text(DrillOutcome outcome)
    {
        var which = string.Join(" and ", outcome.Snapshots.Select(one => $"{one.Document.Generation}:{one.Fingerprint}"));
        var what = $"Drill of {which}: {outcome.Files:N0} files, {UnitText.WriteSize(outcome.Bytes)} restored";
        return outcome.Faults.Count == 0 ? $"{what}, all as they should be."
            : $"{what}; {outcome.Faults.Count:N0} of them are not as they should be. Run hostatlas-agent verify --read-data.";
    }

    private static long? Size(string? text) => text is null ? null
        : UnitText.TryParseSize(text, out var bytes) && bytes > 0 ? bytes
        : throw new VerbFailedException(ExitCode.Usage, $"--size: '{text}' is not a size, e.g. 1GiB");

    private static string Json(ReadOnlyMemory<byte> path, string why) => JsonLine.Of(writer =>
    {
        writer.WriteString("event", "failed");
        TreeNames.WritePath(writer, path.Span);
        writer.WriteString("why", why);
    });

    private static string Json(DrillOutcome outcome) => JsonLine.Of(writer =>
    {
        writer.WriteString("event", "drilled");
        writer.WriteStartArray("snapshots");
        foreach (var one in outcome.Snapshots) writer.WriteStringValue(one.Document.Id.ToString());
        writer.WriteEndArray();
        writer.WriteNumber("files", outcome.Files);
        writer.WriteNumber("bytes", outcome.Bytes);
        writer.WriteNumber("failed", outcome.Faults.Count);
    });
}
