using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Progress;
using HostAtlas.Agent.Restore;

namespace HostAtlas.Agent.CommandLine;

/// <summary><c>verify</c>: says whether what was backed up could be restored.</summary>
internal static class VerifyVerb
{
    public static Command Command(CommonOptions common, AgentSurroundings around, Func<Func<Task<int>>, Task<int>> guard)
    {
        var snapshot = new Argument<string?>("SNAPSHOT")
        {
            Description = "latest, a UUID, or a generation; without it all snapshots.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var readData = new Option<string?>("--read-data")
        {
            Description = "Read and hash all packs, or a random share of them (--read-data=10%).",
            HelpName = "SHARE",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var repository = new RepositoryChoice(common, around);
        var command = new Command("verify", "Checks that snapshots could be restored. Exit code 4: something is damaged, and was named.")
        {
            snapshot, readData,
        };
        repository.AddTo(command);
        command.SetAction((parsed, stop) => guard(async () =>
        {
            var (share, name) = Meant(parsed.GetValue(readData), parsed.GetResult(readData) is not null, parsed.GetValue(snapshot));
            if (name is not null && !SnapshotChoice.IsName(name))
                throw new VerbFailedException(ExitCode.Usage, $"'{name}' is no snapshot; say latest, a UUID, or a generation");
            using var opened = repository.Open(parsed);
            var verifying = new Verifying(opened, around, parsed.GetValue(common.Json));
            try
            {
                return await verifying.RunAsync(name, share,
                    (catalog, note) => repository.CheckRollback(parsed, catalog, opened, note), stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                throw new VerbFailedException(ExitCode.Failed, "stopped before everything was looked at");
            }
        }));
        return command;
    }

    // `--read-data latest` reads as if latest were the share; a share ends with %.
    private static (double Share, string? Name) Meant(string? value, bool isGiven, string? name)
    {
        if (!isGiven) return (0, name);
        if (value is null) return (1, name);
        if (!value.EndsWith('%') && name is null) return (1, value);
        var number = value.AsSpan(0, Math.Max(0, value.Length - 1));
        return value.EndsWith('%') && Percent(number) is > 0 and <= 100 and var percent
            ? (percent / 100, name)
            : throw new VerbFailedException(ExitCode.Usage, $"--read-data: '{value}' is no share; say --read-data or --read-data=10%");

        static double Percent(ReadOnlySpan<char> text) =>
            double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }
}

/// <summary>One verification, from the choice of the snapshots to the last line.</summary>
internal sealed class Verifying(OpenedRepository opened, AgentSurroundings around, bool json)
{
    private readonly Spectre.Console.IAnsiConsole? _terminal =
        around.ErrorIsTerminal && !json ? ProgressView.Terminal(around.Error) : null;

    public async Task<int> RunAsync(
        string? name, double share, Action<SnapshotCatalog, Action<string>> checkRollback, CancellationToken stop)
    {
        var report = new VerifyReport(around.Out.WriteLine, Trouble, json);
        var repository = new RepositoryReader(opened.Source, opened.Keys);
        var catalog = await SnapshotCatalog.LoadAsync(repository, stop);
        checkRollback(catalog, report.Note);
        // Asked first for its text: without any snapshot there is nothing to verify, and that is a failure.
        var chosen = SnapshotChoice.Find(catalog, name ?? SnapshotChoice.Latest, out var fault);
        if (chosen is null && (name is not null || catalog.Snapshots.Count == 0)) throw new VerbFailedException(ExitCode.Failed, fault);
        var snapshots = name is null ? catalog.Snapshots : [chosen!];
        foreach (var broken in catalog.Broken)
        {
            if (await IsConfirmedAsync(repository, catalog, broken, stop)) report.Note(broken.Message);
            else report.Fault(broken.Message);
        }
        foreach (var what in ChainCheck.Faults(catalog)) report.Fault(what);
        foreach (var (what, isFault) in ChainCheck.Missing(catalog, around.Time.GetUtcNow()))
        {
            if (isFault) report.Fault(what);
            else report.Note(what);
        }
        foreach (var one in snapshots.Where(one => one.Document.Counts.HeldBack > 0))
            report.Note($"Snapshot {one.Document.Generation} holds {one.Document.Counts.HeldBack:N0} files in their last clean version: "
                + "the gate held newer ones back.");
        var seed = new byte[sizeof(int)];
        around.RandomBytes(seed);
        var run = new VerifyRun(repository, report, new ReadShare(share, new Random(BitConverter.ToInt32(seed))));
        var view = new ProgressView(_terminal, around.Time);
        await run.RunAsync(snapshots, (progress, work) => view.ShowAsync(
            progress, (rate, left) => report.Progress(progress, rate, left), work), stop);
        NoteForBackup(report);
        var exitCode = report.IsClean ? ExitCode.Done : ExitCode.Partly;
        report.End(snapshots, run, exitCode);
        return exitCode;
    }

    // A copy's damage is none of the vault's, and a machine that only reads makes no backups.
    private void NoteForBackup(VerifyReport report)
    {
        var damaged = report.DamagedObjects;
        if (damaged.Count == 0 || opened.Own is not { } own) return;
        try
        {
            own.Damaged.Add(damaged);
            report.Note($"{damaged.Count:N0} damaged objects were written down: the next backup of this host does not build on them and "
                + "stores again what of them is still here.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            report.Note($"What is damaged could not be written down for the next backup, which will build on it: {fault.Message}");
        }
    }

    // What was sealed under a key that is not at hand cannot be opened; when a snapshot that opens names its hash, it is at least whole.
    private static async Task<bool> IsConfirmedAsync(
        RepositoryReader repository, SnapshotCatalog catalog, ObjectBrokenException broken, CancellationToken stop)
    {
        if (broken.Fault != ObjectFault.UnknownKey) return false;
        var hash = Convert.ToHexStringLower(SHA256.HashData(await repository.ReadWholeAsync(broken.Name, stop)));
        return catalog.Snapshots.SelectMany(one => one.Document.Predecessors)
            .Any(link => link.Uuid.ObjectId == broken.Name.Id && link.Sha256 == hash);
    }

    private void Trouble(string text)
    {
        if (_terminal is null) around.Error.WriteLine(text);
        else _terminal.Write(new Spectre.Console.Text(text + "\n"));
    }
}
