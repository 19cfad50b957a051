using System.CommandLine;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Progress;
using HostAtlas.Agent.Restore;

namespace HostAtlas.Agent.CommandLine;

/// <summary><c>restore</c>: brings a snapshot back.</summary>
internal static class RestoreVerb
{
    public static Command Command(CommonOptions common, AgentSurroundings around, Func<Func<Task<int>>, Task<int>> guard)
    {
        var snapshot = new Argument<string>("SNAPSHOT") { Description = "latest, a snapshot's UUID, or its generation." };
        var to = new Option<string>("--to")
        {
            Description = "The directory that / becomes; made when it is not there. --to / restores in place.",
            HelpName = "DIR",
            Required = true,
        };
        var include = new Option<string[]>("--include")
        {
            Description = "Only these paths: /etc, *.conf, /srv/**/*.sql.",
            HelpName = "GLOB",
        };
        var exclude = new Option<string[]>("--exclude") { Description = "Without these paths.", HelpName = "GLOB" };
        var overwrite = new Option<string>("--overwrite")
        {
            Description = "What happens to files that are there: never (they stay), changed (other size or time), always.",
            HelpName = "never|changed|always",
            DefaultValueFactory = _ => "never",
        };
        overwrite.AcceptOnlyFromAmong("never", "changed", "always");
        var heldBack = new Option<bool>("--held-back") { Description = "Files that the gate holds back come in their last clean version." };
        var expect = new Option<string?>("--expect")
        {
            Description = "Generation and fingerprint that the backup printed; anything else is refused.",
            HelpName = "GEN:FP",
        };
        var repository = new RepositoryChoice(common, around);
        var command = new Command("restore", "Brings files back from a snapshot. Exit code 4: some could not be, and were named.")
        {
            snapshot, to, include, exclude, overwrite, heldBack, expect,
        };
        repository.AddTo(command);
        command.SetAction((parsed, stop) => guard(async () =>
        {
            var name = parsed.GetValue(snapshot)!;
            if (!SnapshotChoice.IsName(name))
                throw new VerbFailedException(ExitCode.Usage, $"'{name}' is no snapshot; say latest, a UUID, or a generation");
            var expected = parsed.GetValue(expect) is { } text
                ? ExpectedSnapshot.TryParse(text) ?? throw new VerbFailedException(ExitCode.Usage,
                    "--expect: generation and fingerprint as the backup printed them, 7:0123456789abcdef")
                : null;
            var options = new RestoreOptions(
                Path.GetFullPath(parsed.GetValue(to)!),
                new PathSelection(Globs("--include", parsed.GetValue(include)), Globs("--exclude", parsed.GetValue(exclude))),
                Enum.Parse<OverwriteMode>(parsed.GetValue(overwrite)!, ignoreCase: true),
                parsed.GetValue(heldBack),
                TemporaryName(around));
            using var opened = repository.Open(parsed);
            var restoring = new Restoring(opened, options, around, parsed.GetValue(common.Json));
            try
            {
                return await restoring.RunAsync(name, expected,
                    (catalog, note) => repository.CheckRollback(parsed, catalog, opened, note), stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                throw new VerbFailedException(ExitCode.Failed,
                    "stopped. What was restored is whole; the same command with --overwrite changed goes on");
            }
            catch (RestoreStoppedException fault)
            {
                throw new VerbFailedException(ExitCode.Failed,
                    $"{fault.Message} What was restored is whole; the same command with --overwrite changed goes on");
            }
        }));
        return command;
    }

    private static string TemporaryName(AgentSurroundings around)
    {
        var random = new byte[6];
        around.RandomBytes(random);
        return RestoreOptions.TemporaryPrefix + Convert.ToHexStringLower(random);
    }

    private static List<PathGlob> Globs(string option, string[]? texts) => [.. (texts ?? []).Select(text =>
        PathGlob.TryParse(text, out var fault) ?? throw new VerbFailedException(ExitCode.Usage, $"{option} '{text}': {fault}"))];
}

/// <summary>One restore, from the choice of the snapshot to the last line.</summary>
internal sealed class Restoring(OpenedRepository opened, RestoreOptions options, AgentSurroundings around, bool json)
{
    // Opening is the processor's work, placing is the system's: a few more than cores keep both busy.
    private static readonly int Workers = Math.Clamp(Environment.ProcessorCount * 2, 4, 16);

    // Of each file the piece that it reads, those read ahead, and one that a neighbour may want.
    private static readonly int Pieces = Math.Min(Workers * 4, 24);

    private readonly Spectre.Console.IAnsiConsole? _terminal =
        around.ErrorIsTerminal && !json ? ProgressView.Terminal(around.Error) : null;

    public async Task<int> RunAsync(string name, ExpectedSnapshot? expected, Action<SnapshotCatalog, Action<string>> checkRollback,
        CancellationToken stop)
    {
        var repository = new RepositoryReader(opened.Source, opened.Keys);
        var early = new RestoreReport(around.Out.WriteLine, Trouble, json, new WorkProgress(0, 0));
        var catalog = await SnapshotCatalog.FindAsync(repository, name, stop);
        var (isUncertain, lastLine) = TellOfOthers(catalog, name, early);
        checkRollback(catalog, early.Note);
        var snapshot = SnapshotChoice.Find(catalog, name, out var fault) ?? throw new VerbFailedException(ExitCode.Failed, fault);
        if (SnapshotChoice.Unexpected(snapshot, expected) is { } why) throw new VerbFailedException(ExitCode.Failed, why);

        var loader = new BlobTableLoader(repository, broken => early.Damaged(broken.Message))
        {
            Copies = opened.Own is { } own
                ? new RepositoryReader(new DirectoryRepositorySource(own.Copies), opened.Keys) : null,
            CopyUsed = index => early.Note($"This host's own copy of {index} is used instead. It opened under this host's key, so it is "
                + "what was stored; run backup to put it into the vault anew."),
        };
        if (!await loader.AddIndexesAsync(snapshot.Document.Indexes, stop) || snapshot.Document.Indexes.Count == 0)
            await loader.WidenAsync(stop);
        using var blobs = new BlobReader(repository, loader, (_, broken) => early.Damaged(broken.Message), Pieces);
        var plan = await RestorePlan.CountAsync(snapshot.Document, options.Selection, blobs, stop);
        if (plan.IsEmpty)
            throw new VerbFailedException(ExitCode.Failed, $"--include and --exclude leave nothing of snapshot {snapshot}, so nothing was "
                + "restored. Patterns are compared with whole paths from / on, or with whole names: /etc, *.conf, /srv/**/*.sql");
        var progress = new WorkProgress(plan.Files, plan.Bytes);
        var report = new RestoreReport(around.Out.WriteLine, Trouble, json, progress);
        report.Begin(snapshot);
        await RestoreAsync(snapshot, blobs, report, progress, stop);
        var exitCode = report.IsPartial || isUncertain ? ExitCode.Partly : ExitCode.Done;
        report.End(exitCode, options.Overwrite == OverwriteMode.Changed);
        if (lastLine is not null && !json) Trouble(lastLine);
        return exitCode;
    }

    private async Task RestoreAsync(
        FoundSnapshot snapshot, BlobReader blobs, RestoreReport report, WorkProgress progress, CancellationToken stop)
    {
        if (!Directory.Exists(options.Target)) Directory.CreateDirectory(options.Target, FilePermissions.PrivateFolder);
        using var target = OpenTarget();
        using var run = new RestoreRun(new RestoreContext(options, report), blobs, stop);
        var view = new ProgressView(_terminal, around.Time);
        await view.ShowAsync(progress, (rate, left) => report.Progress(progress, rate, left),
            run.RunAsync(snapshot.Document.Tree, target, Workers));
    }

    private TargetDirectory OpenTarget()
    {
        try
        {
            return TargetDirectory.OpenRoot(options.Target);
        }
        catch (RestoreFaultException fault)
        {
            throw new VerbFailedException(ExitCode.Failed, fault.Message);
        }
    }

    // A snapshot that does not open may be the newest: whoever asked for the latest should know, by the exit code and by the last line.
    private static (bool IsUncertain, string? LastLine) TellOfOthers(SnapshotCatalog catalog, string name, RestoreReport report)
    {
        foreach (var broken in catalog.Broken.Where(one => one.Fault != ObjectFault.UnknownKey)) report.Damaged(broken.Message);
        var isLatest = name == SnapshotChoice.Latest;
        var isUncertain = isLatest && catalog.Broken.Any(one => one.Fault != ObjectFault.UnknownKey);
        var foreign = catalog.Broken.Count(one => one.Fault == ObjectFault.UnknownKey);
        if (foreign == 0 || catalog.Snapshots.Count == 0) return (isUncertain, null);
        var unknown = SnapshotChoice.MaybeNewer(catalog);
        var text = unknown == 0
            ? $"{foreign} snapshots were sealed under other keys and cannot be read with these; all are older than the newest that can."
            : $"{unknown} snapshots were sealed under other keys, or what names their key is damaged, and cannot be read with these; "
                + "a newer one may be among them.";
        report.Note(text);
        return isLatest && unknown > 0 ? (true, text) : (isUncertain, null);
    }

    private void Trouble(string text)
    {
        if (_terminal is null) around.Error.WriteLine(text);
        else _terminal.Write(new Spectre.Console.Text(text + "\n"));
    }
}
