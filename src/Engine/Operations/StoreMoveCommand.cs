using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Move;

namespace HostAtlas.Engine.Operations;

/// <summary><c>store move</c>: from SQLite to PostgreSQL, with the platform stopped.</summary>
internal static class StoreMoveCommand
{
    private const int Failed = 1, WrongUsage = 2;

    /// <summary>The command. Result on standard output, progress and faults on standard error.</summary>
    public static Command Build()
    {
        var data = new Option<string>("--data")
        {
            Description = "The data folder of the stopped platform.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "./data",
        };
        var file = new Option<string>("--connection-file")
        {
            Description = "A file of mode 0600 with the connection string of the PostgreSQL database, which must be empty.",
            HelpName = "FILE",
            Required = true,
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only look whether it could be moved, and how much it is." };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var move = new Command("move", "Move everything of a stopped platform from SQLite to PostgreSQL, and compare every row.")
        {
            data, file, dryRun, json,
        };
        move.SetAction((parse, cancellation) => RunAsync(parse.GetValue(data)!, parse.GetValue(file)!, parse.GetValue(dryRun),
            parse.GetValue(json), parse.InvocationConfiguration.Output, parse.InvocationConfiguration.Error, cancellation));
        return move;
    }

    private static async Task<int> RunAsync(
        string data, string file, bool dryRun, bool json, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        var (connection, fault) = ConnectionFile.Read(file);
        var faults = fault is not null ? [fault] : new StoreOptions(StoreKind.Postgresql, connection).Faults();
        if (!Directory.Exists(data)) faults = [.. faults, $"--data {data}: there is no such folder."];
        foreach (var line in faults) await error.WriteLineAsync($"store move: {line}").ConfigureAwait(false);
        if (faults.Count > 0) return WrongUsage;
        try
        {
            using var held = DataFolderLock.Take(data);
            var move = new StoreMove(Path.GetFullPath(data), connection!, new Told(error), TimeProvider.System);
            var moved = await move.RunAsync(dryRun, cancellation).ConfigureAwait(false);
            await output.WriteAsync(json
                ? JsonSerializer.Serialize(new MoveAnswer(!dryRun, moved), MoveJson.Default.MoveAnswer) + "\n"
                : Draw(moved, dryRun, file)).ConfigureAwait(false);
            return 0;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await error.WriteLineAsync("store move: stopped. Run the same command again: it goes on where it stands.")
                .ConfigureAwait(false);
        }
        catch (Exception refused) when (refused is StoreMoveException or StoreStartException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"store move: {refused.Message}").ConfigureAwait(false);
        }
        return Failed;
    }

    private static string Draw(IReadOnlyList<MovedRows> moved, bool dryRun, string file)
    {
        var rows = string.Concat(moved.Select(table => string.Create(CultureInfo.InvariantCulture,
            $"{table.Rows,12:N0}  {table.Table}{(table.Sha256 is null ? "" : $"  {table.Sha256[..16]}")}\n")));
        return rows + (dryRun
            ? "These rows would be moved; nothing was changed.\n"
            : "Every row was read back from PostgreSQL and is the same as in SQLite (right: the beginning of the SHA-256 of both).\n\n"
                + "Now let the platform use it, in its settings:\n\n"
                + $"[store]\nkind = \"postgresql\"\nconnection_file = \"{Path.GetFullPath(file)}\"\n\n"
                + "The data folder stays what it is: root.key and the certificates in it are still needed. journal.db and data.db are\n"
                + "untouched; delete them once the platform runs, or keep them as a copy of this moment.\n");
    }

    private sealed class Told(TextWriter error) : IProgress<MoveProgress>
    {
        public void Report(MoveProgress value) => error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{value.Phase} {value.Table}: {value.Rows:N0} of {value.OfRows:N0} rows, {value.RowsPerSecond:N0} a second")
            + (value.Left is { } left ? $", about {left:hh\\:mm\\:ss} left" : ""));
    }
}

/// <summary>The result for programs.</summary>
/// <param name="Moved">False after a dry run.</param>
/// <param name="Tables">What was moved, or would be.</param>
internal sealed record MoveAnswer(bool Moved, IReadOnlyList<MovedRows> Tables);

/// <summary>Source-generated JSON of what the operators are shown.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(MoveAnswer))]
internal sealed partial class MoveJson : JsonSerializerContext;
