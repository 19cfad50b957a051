using System.Globalization;
using System.Text;
using HostAtlas.Agent.Gate.Evidence;
using HostAtlas.Agent.Gate.Rules;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>
/// What people read when the gate stops a backup: what was found, that nothing of it was kept, what is safe, what to do. It names no file,
/// because it is shown by <c>status</c> and goes to the log; the paths are told as they are found, and lie on this host. Pure.
/// </summary>
internal static class FreezeText
{
    /// <summary>When the platform takes nothing.</summary>
    /// <param name="reason">Its words.</param>
    /// <param name="last">What was committed before, if anything was.</param>
    /// <param name="foundPath">The file that lists what was found when it froze; null: it was not this host that found anything.</param>
    public static string Of(string reason, LastRun? last, string? foundPath)
    {
        var text = new StringBuilder($"the backups of this server are frozen, and nothing was committed: {reason.TrimEnd('.')}. "
            + "Until they are resumed at the platform scheduled runs only ask. See docs/gate.md");
        if (foundPath is not null) Line(text, $"What was found is listed in {foundPath}.");
        if (last?.Generation is not null) Line(text, LastGood(last));
        return text.ToString();
    }

    /// <summary>The text; its lines but for the first are indented.</summary>
    /// <param name="evidence">The verdict.</param>
    /// <param name="ledger">What was found.</param>
    /// <param name="last">What was committed before, if anything was.</param>
    /// <param name="foundPath">The file that lists all of it.</param>
    /// <param name="endedEarly">It was certain before all files were looked at.</param>
    /// <param name="untold">Why the platform could not be told; null: it was.</param>
    public static string Of(RunEvidence evidence, RunLedger ledger, LastRun? last, string foundPath, bool endedEarly,
        string? untold)
    {
        var counts = ledger.Counts;
        var text = new StringBuilder("the gate stopped this backup: ");
        text.AppendJoin("; ", RunRules.All.Where(rule => rule.State == GateState.Frozen && evidence.RunRulesHit.Contains(rule.Name))
            .Select(rule => $"{rule.Catches} ({rule.Name})"));
        Line(text, $"Found: {counts.Hit:N0} of {counts.Changed:N0} changed files look encrypted, {counts.Gone:N0} are gone, "
            + $"{counts.CanariesChanged:N0} canaries changed."
            + (endedEarly ? " The look ended as soon as it was certain: there may be many more." : ""));
        Line(text, $"The files are listed in {foundPath}.");
        Line(text, $"Nothing was committed. {LastGood(last)}");
        Line(text, untold is null
            ? "The platform has frozen the backups of this server: nothing is deleted, nothing taken, until a person resumes them there."
            : $"The platform could not be told ({untold}); the next run finds the same and tells it.");
        Line(text, "If this was no attack, resume them with a reason and accept what is named; declare what is meant to be encrypted in "
            + "[gate] encrypted_paths. If it was one: unplug the host, and restore the last good snapshot. See docs/gate.md.");
        return text.ToString();
    }

    private static string LastGood(LastRun? last) => last is { Generation: { } generation, Fingerprint: { } fingerprint }
        ? string.Create(CultureInfo.InvariantCulture,
            $"The last good snapshot is generation {generation}, fingerprint {fingerprint}, of {last.CommittedAt:u}.")
        : "There is no earlier snapshot of this host.";

    private static void Line(StringBuilder text, string line) => text.Append("\n  ").Append(line);
}
