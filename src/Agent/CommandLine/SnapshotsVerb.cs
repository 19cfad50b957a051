using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using HostAtlas.Agent.Backup.Transfer;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.CommandLine;

/// <summary><c>snapshots</c>: what the platform keeps of this server.</summary>
internal static class SnapshotsVerb
{
    public static Command Command(CommonOptions common, AgentSurroundings around, Func<Func<Task<int>>, Task<int>> guard)
    {
        var command = new Command("snapshots", "Lists this server's snapshots, the newest first.");
        command.SetAction((parsed, stop) => guard(async () =>
        {
            var options = ConfigFile.Load(parsed.GetValue(common.Config)!);
            var state = StateFolder.OpenOrCreate(parsed.GetValue(common.State)!);
            if (state.ReadToken() is null)
                throw new VerbFailedException(ExitCode.Failed,
                    "this agent is not enrolled; run hostatlas-agent enroll --url URL --token-file FILE");
            var client = Connection.Open(options.Url, options.CaFile, options.HttpsProxy, around);
            using var api = new BackupApi(client, new CurrentToken(state).Read, around.Time, around.Random) { Patience = TimeSpan.Zero };
            try
            {
                var items = await api.ListAsync(stop);
                await around.Out.WriteLineAsync(parsed.GetValue(common.Json) ? Json(items) : Words(items));
                return ExitCode.Done;
            }
            catch (BackupRefusedException refused)
            {
                throw new VerbFailedException(ExitCode.Failed, refused.Message);
            }
        }));
        return command;
    }

    private static string Json(IReadOnlyList<SnapshotItem> items) => JsonSerializer.Serialize(
        new SnapshotLines([.. items.Select(item => new SnapshotLine(item.Snapshot, item.Generation, item.Fingerprint,
            DateTimeOffset.FromUnixTimeMilliseconds(item.At).UtcDateTime, item.Bytes))]), SnapshotLinesJson.Default.SnapshotLines);

    private static string Words(IReadOnlyList<SnapshotItem> items)
    {
        if (items.Count == 0) return "There is no snapshot yet. Take one: hostatlas-agent backup.";
        var lines = items.Select(item => string.Create(CultureInfo.InvariantCulture,
            $"{item.Snapshot}  {item.Generation,10}  {item.Fingerprint}  {DateTimeOffset.FromUnixTimeMilliseconds(item.At).UtcDateTime:u}  "
                + $"{UnitText.WriteSize(item.Bytes),12}"));
        return $"{"snapshot",-36}  generation  {"fingerprint",-16}  {"committed",-20}  {"needs",12}\n" + string.Join('\n', lines);
    }
}

internal sealed record SnapshotLine(SnapshotId Snapshot, long Generation, string Fingerprint, DateTime At, long Bytes);

internal sealed record SnapshotLines(IReadOnlyList<SnapshotLine> Items);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SnapshotLines))]
internal sealed partial class SnapshotLinesJson : JsonSerializerContext;
