using System.CommandLine;
using System.Globalization;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Gate;
using HostAtlas.Agent.Gate.Evidence;
using HostAtlas.Agent.Gate.Rules;
using HostAtlas.Agent.Progress;

namespace HostAtlas.Agent.CommandLine;

/// <summary>
/// <c>gate PATH…</c>: looks at files as a backup would that sees all of them changed. It needs neither a configuration nor a state; when
/// there is a configuration, the paths that it declares as encrypted count. Folders are walked, links not followed, excludes ignored.
/// </summary>
internal static class GateVerb
{
    public static Command Command(CommonOptions common, AgentSurroundings around, Func<Func<Task<int>>, Task<int>> guard)
    {
        var paths = new Argument<string[]>("PATH") { Description = "Files and folders.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("gate", "Tells which files look as if ransomware had encrypted them. "
            + "Exit code 3: a backup would freeze; 4: not, but some could not be read.")
        {
            paths,
        };
        command.SetAction((parsed, stop) => guard(async () =>
        {
            var config = parsed.GetValue(common.Config)!;
            var declared = File.Exists(config) ? ConfigFile.Load(config).Gate.EncryptedPaths : [];
            var report = new GateReport(around, parsed.GetValue(common.Json));
            foreach (var path in parsed.GetValue(paths)!)
            {
                if (path.Length == 0) throw new VerbFailedException(ExitCode.Usage, "an empty PATH names nothing");
                if (!Path.Exists(path) && new FileInfo(path).LinkTarget is null)
                    throw new VerbFailedException(ExitCode.Usage, $"there is no '{path}'");
            }
            var scan = new GateScan(new DeclaredPaths(declared));
            var view = new ProgressView(around.ErrorIsTerminal ? ProgressView.Terminal(around.Error) : null, around.Time);
            var work = scan.RunAsync(parsed.GetValue(paths)!, report, stop);
            await view.ShowAsync(scan.Progress, (_, _) => { }, work);
            return await report.EndAsync(scan);
        }));
        return command;
    }
}

/// <summary>Says what was found, as it is found.</summary>
internal sealed class GateReport(AgentSurroundings around, bool json) : IGateEvents
{
    /// <inheritdoc />
    public async ValueTask JudgedAsync(byte[] path, FileVerdict verdict)
    {
        if (json)
        {
            await around.Out.WriteLineAsync(JsonLine.Of(writer =>
            {
                TreeNames.WritePath(writer, path);
                writer.WriteString("verdict", Word(verdict.Verdict));
                writer.WriteStartArray("rules");
                foreach (var rule in verdict.Rules) writer.WriteStringValue(rule);
                writer.WriteEndArray();
                writer.WriteNumber("bytes", verdict.Record.Bytes);
            }));
        }
        else if (verdict.Verdict == GateVerdict.HeldBack)
        {
            await around.Out.WriteLineAsync($"held back  {TreeNames.Display(path)}  ({string.Join(", ", verdict.Rules)})");
        }
    }

    /// <inheritdoc />
    public async ValueTask UnreadableAsync(byte[] path, string reason)
    {
        await around.Error.WriteLineAsync($"hostatlas-agent: {TreeNames.Display(path)}: {reason}");
        if (!json) return;
        await around.Out.WriteLineAsync(JsonLine.Of(writer =>
        {
            TreeNames.WritePath(writer, path);
            writer.WriteString("verdict", "unreadable");
            writer.WriteString("why", reason);
        }));
    }

    /// <summary>The last line; gives the exit code.</summary>
    public async Task<int> EndAsync(GateScan scan)
    {
        var (state, rules) = RunRules.Judge(scan.Counts);
        var counts = scan.Counts;
        await around.Out.WriteLineAsync(json
            ? JsonLine.Of(writer =>
            {
                writer.WriteString("state", RunEvidence.Word(state));
                writer.WriteStartArray("rules");
                foreach (var rule in rules) writer.WriteStringValue(rule);
                writer.WriteEndArray();
                writer.WriteNumber("files", counts.Changed);
                writer.WriteNumber("heldBack", counts.Hit);
                writer.WriteNumber("unreadable", scan.Unreadable);
            })
            : string.Create(CultureInfo.InvariantCulture, $"{counts.Changed:N0} files, {counts.Hit:N0} held back, ")
                + (scan.Unreadable > 0 ? $"{scan.Unreadable:N0} unreadable, " : "") + "a backup of just these would be "
                + RunEvidence.Word(state));
        return state == GateState.Frozen ? ExitCode.Frozen : scan.Unreadable > 0 ? ExitCode.Partly : ExitCode.Done;
    }

    private static string Word(GateVerdict verdict) => verdict == GateVerdict.Clean ? "clean" : "held-back";
}
