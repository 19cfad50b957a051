using System.CommandLine;
using System.Text.Json.Nodes;
using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Storage.Sealing;

namespace HostAtlas.Engine.Operations;

/// <summary>
/// <c>ops audit verify FILE</c>: needs no running platform, and of the data folder only <c>root.key</c>. Whoever has no root key, a member
/// of the team for one, checks the chain and is told that the head was not looked at, by the exit code 4 as well: a script that only asks
/// whether it went well must not take half a check for a whole one.
/// </summary>
internal static class AuditVerifyCommand
{
    private const int Done = 0, Failed = 1, WrongUsage = 2, PartlyDone = 4;

    /// <summary>The command. What was found goes to standard output, why it could not be looked at to standard error.</summary>
    public static Command Build(Option<string> data, Option<bool> json)
    {
        var file = new Argument<string>("FILE") { Description = "The export." };
        var earlier = new Option<string?>("--earlier")
        {
            Description = "An earlier export of the same log: everything in it must still stand there.",
            HelpName = "FILE",
        };
        var verify = new Command("verify", "Check that an exported audit log is as it was written. Needs no running platform.")
        {
            file, earlier,
        };
        verify.SetAction(parsed =>
        {
            var (exit, answer) = Run(parsed.GetValue(file)!, parsed.GetValue(earlier), parsed.GetValue(data)!,
                parsed.GetResult(data) is { Implicit: false });
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            if (exit == WrongUsage) error.Write($"ops audit verify: {answer.Fault}\n");
            else output.Write(parsed.GetValue(json) ? answer.ToJson() + "\n" : answer.ToString());
            return exit;
        });
        return verify;
    }

    private static (int Exit, Found Found) Run(string file, string? earlier, string data, bool named)
    {
        try
        {
            var (roots, fault) = Roots(data, named);
            if (fault is not null) return (WrongUsage, new Found(file, Fault: fault));
            if (earlier is not null && AuditFile.Verify(earlier, roots) is { Fault: { } broken })
                return (Failed, new Found(earlier, Line: broken.Line, Fault: broken.Text));
            var verdict = AuditFile.Verify(file, roots);
            var bad = verdict.Fault ?? (earlier is null ? null : AuditFile.Compare(file, earlier));
            return (bad is not null ? Failed : roots is null ? PartlyDone : Done,
                new Found(file, verdict.Team?.ToString(), verdict.Entries, bad?.Line, bad?.Text, roots is not null));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return (WrongUsage, new Found(file, Fault: unreadable.Message));
        }
    }

    /// <summary>The ring's look-up; null when there is no <c>root.key</c>, which is a fault only if its folder was named.</summary>
    private static (Func<long, byte[]?>? Roots, string? Fault) Roots(string data, bool named)
    {
        var path = Path.Combine(data, "root.key");
        if (!File.Exists(path)) return (null, named ? $"{path} is not there. Leave --data out to check without the head." : null);
        var ring = File.ReadAllBytes(path);
        return RootKeys.IsRing(ring.Length)
            ? (new RootKeys(ring).Find, null)
            : (null, $"{path} holds {ring.Length} bytes, not {RootKeys.KeyBytes} for each of 1-{RootKeys.MostKeys} keys.");
    }

    private sealed record Found(
        string File, string? Team = null, long Entries = 0, long? Line = null, string? Fault = null, bool HeadChecked = false)
    {
        public override string ToString() => Fault is not null
            ? $"{File}: line {Line}: {Fault}\n"
            : $"{File}: {Entries} entries of the team {Team} are as they were written.\n"
                + (HeadChecked
                    ? ""
                    : "The head was NOT checked, for there is no root.key here: whoever changed an entry and computed the hashes anew\n"
                        + "is not found. Name the platform's data folder with --data.\n");

        public string ToJson() => new JsonObject
        {
            ["file"] = File,
            ["good"] = Fault is null,
            ["team"] = Team,
            ["entries"] = Entries,
            ["head"] = Fault is not null ? null : HeadChecked ? "good" : "unchecked",
            ["line"] = Line,
            ["fault"] = Fault,
        }.ToJsonString();
    }
}
