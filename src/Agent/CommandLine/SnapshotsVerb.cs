using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using HostAtlas.Agent.Backup.Run;
using HostAtlas.Agent.Backup.Transfer;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Gate.Evidence;
using HostAtlas.Agent.Restore;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.CommandLine;

/// <summary><c>snapshots</c>: what the platform keeps of this server, or what a plain copy holds.</summary>
internal static class SnapshotsVerb
{
    public static Command Command(CommonOptions common, AgentSurroundings around, Func<Func<Task<int>>, Task<int>> guard)
    {
        var repository = new RepositoryChoice(common, around);
        var command = new Command("snapshots", "Lists this server's snapshots, or those of a plain copy, the newest first.");
        repository.AddTo(command, withRollback: false);
        command.SetAction((parsed, stop) => guard(async () =>
        {
            var items = repository.IsCopy(parsed)
                ? await OfCopyAsync(repository, parsed, around, stop)
                : await OfPlatformAsync(common, parsed, around, stop);
            await around.Out.WriteLineAsync(parsed.GetValue(common.Json) ? Json(items) : Words(items));
            return ExitCode.Done;
        }));
        return command;
    }

    // The platform is asked for its own list: it opens no snapshot, and neither does this.
    private static async Task<IReadOnlyList<SnapshotLine>> OfPlatformAsync(
        CommonOptions common, ParseResult parsed, AgentSurroundings around, CancellationToken stop)
    {
        var options = ConfigFile.Load(parsed.GetValue(common.Config)!);
        var state = StateFolder.OpenOrCreate(parsed.GetValue(common.State)!);
        if (state.ReadToken() is null)
            throw new VerbFailedException(ExitCode.Failed, "this agent is not enrolled; run hostatlas-agent enroll --url URL --token-file "
                + "FILE, or name a plain copy of the server's folder of the vault with --from DIR");
        var client = Connection.Open(options.Url, options.CaFile, options.HttpsProxy, around);
        using var api = new BackupApi(client, new CurrentToken(state).Read, around.Time, around.Random) { Patience = TimeSpan.Zero };
        try
        {
            var items = await api.ListAsync(stop);
            // Only who made a snapshot knows what it holds back; this host remembers its last runs.
            var heldBack = GateMemory.Load(new RunFolder(state).GateMemory).Runs
                .ToDictionary(run => run.Snapshot, run => (long?)run.HeldBack);
            return [.. items.Select(item => new SnapshotLine(item.Snapshot, item.Generation, item.Fingerprint,
                DateTimeOffset.FromUnixTimeMilliseconds(item.At).UtcDateTime, item.Bytes, heldBack.GetValueOrDefault(item.Snapshot)))];
        }
        catch (BackupRefusedException refused)
        {
            throw new VerbFailedException(ExitCode.Failed, refused.Message);
        }
    }

    private static async Task<IReadOnlyList<SnapshotLine>> OfCopyAsync(
        RepositoryChoice repository, ParseResult parsed, AgentSurroundings around, CancellationToken stop)
    {
        using var opened = repository.Open(parsed);
        var catalog = await SnapshotCatalog.LoadAsync(new RepositoryReader(opened.Source, opened.Keys), stop);
        foreach (var broken in catalog.Broken) await around.Error.WriteLineAsync($"hostatlas-agent: {broken.Message}");
        return [.. catalog.Snapshots.Select(one => new SnapshotLine(
            one.Document.Id, one.Document.Generation, one.Fingerprint, one.Document.Time.UtcDateTime, one.Document.Counts.Bytes,
            one.Document.Counts.HeldBack))];
    }

    private static string Json(IReadOnlyList<SnapshotLine> items) =>
        JsonSerializer.Serialize(new SnapshotLines(items), SnapshotLinesJson.Default.SnapshotLines);

    private static string Words(IReadOnlyList<SnapshotLine> items)
    {
        if (items.Count == 0) return "There is no snapshot yet. Take one: hostatlas-agent backup.";
        var lines = items.Select(item => string.Create(CultureInfo.InvariantCulture,
            $"{item.Snapshot}  {item.Generation,10}  {item.Fingerprint}  {item.At:u}  {UnitText.WriteSize(item.Bytes),12}")
            + (item.HeldBack is null ? "          -" : string.Create(CultureInfo.InvariantCulture, $"  {item.HeldBack,9}")));
        return $"{"snapshot",-36}  generation  {"fingerprint",-16}  {"at",-20}  {"bytes",12}  held back\n" + string.Join('\n', lines);
    }
}

/// <param name="At">When the platform committed it; in a copy when its run began, by the host's clock.</param>
/// <param name="Bytes">What it needs of the vault; in a copy, where nobody counted that, the size of its files.</param>
/// <param name="HeldBack">Files that it holds in their last clean version; null: this host does not remember.</param>
internal sealed record SnapshotLine(SnapshotId Snapshot, long Generation, string Fingerprint, DateTime At, long Bytes, long? HeldBack);

internal sealed record SnapshotLines(IReadOnlyList<SnapshotLine> Items);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SnapshotLines))]
internal sealed partial class SnapshotLinesJson : JsonSerializerContext;
