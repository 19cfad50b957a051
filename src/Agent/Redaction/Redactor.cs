using System.Text;
using HostAtlas.Agent.Redaction.Rules;
using HostAtlas.Agent.Redaction.Scan;

namespace HostAtlas.Agent.Redaction;

/// <summary>
/// What leaves the host passes here once, before it is written to the spool. Pure: a line and its source's state in, a line and the next
/// state out. It takes time in proportion to the line, changes nothing in what it has already redacted, and replaces whole what it cannot
/// handle. It has no state of its own: one object serves all sources and threads.
/// </summary>
public sealed class Redactor(OwnerRules owner)
{
    /// <summary>Bytes of UTF-8 beyond which a line is replaced whole.</summary>
    public const int MostBytes = 64 << 10;

    // What one pass leaves the next must find nothing in; a line that is still not at rest after these is replaced whole.
    private const int MostPasses = 4;

    private static readonly string[] TooLong = [RuleNames.TooLong], Unhandled = [RuleNames.Unhandled], KeyBlock = [RuleNames.PrivateKey];

    /// <summary>The built-in rules alone.</summary>
    public static Redactor BuiltIn { get; } = new(OwnerRules.None);

    /// <summary>The owner has added none.</summary>
    internal bool HasBuiltInRulesAlone => owner.IsEmpty;

    /// <summary>Redacts one line.</summary>
    /// <param name="mode">What it is.</param>
    /// <param name="line">The decoded text that would be sent, without its end.</param>
    /// <param name="state">What the line before it in the same source left; <see cref="RedactionState.Clear"/> at a source's start.</param>
    public RedactedLine Redact(RedactionMode mode, string line, RedactionState state = default)
    {
        ArgumentNullException.ThrowIfNull(line);
        return Redact(mode, line, state, isMarked: false);
    }

    /// <summary>The same.</summary>
    /// <param name="mode">What the line is.</param>
    /// <param name="line">The line.</param>
    /// <param name="state">What the line before it left.</param>
    /// <param name="isMarked"><see cref="LineScan"/> has found a mark in it and need not look again.</param>
    internal RedactedLine Redact(RedactionMode mode, string line, RedactionState state, bool isMarked)
    {
        var placeholder = Placeholder.Of(mode);
        try
        {
            if (line.Length > MostBytes / 3 && Encoding.UTF8.GetByteCount(line) > MostBytes)
                return new RedactedLine(placeholder, TooLong, KeyBlockRule.After(line, state));
            if (!isMarked && mode == RedactionMode.Log && !state.InKeyBlock && owner.IsEmpty
                && !LineScan.Any(line)) return new RedactedLine(line, [], state);
            return RedactLine(mode, line, state, placeholder);
        }
#pragma warning disable CA1031 // Whatever goes wrong with a line, it must not leave the host as it is.
        catch (Exception)
#pragma warning restore CA1031
        {
            return new RedactedLine(placeholder, Unhandled, state);
        }
    }

    /// <summary>
    /// What a line that is not sent leaves to the next, as <see cref="Redact"/> would have said: whether a private key's block is open. At
    /// the speed of memory where none is.
    /// </summary>
    /// <param name="line">One line, or many that are all left out.</param>
    /// <param name="state">What the line before it left.</param>
    internal static RedactionState Follow(ReadOnlySpan<byte> line, RedactionState state)
    {
        if (!state.InKeyBlock && !KeyBlockRule.MayOpen(line)) return RedactionState.Clear;
        return KeyBlockRule.After(Encoding.UTF8.GetString(line), state);
    }

    private RedactedLine RedactLine(RedactionMode mode, string line, RedactionState state, string placeholder)
    {
        var findings = new Findings(line) { IsCommand = mode == RedactionMode.Cron };
        var next = KeyBlockRule.Find(findings, state, out var whole);
        if (whole) return new RedactedLine(placeholder, KeyBlock, next);
        // Behind the beginning of a block lines are as they always are, and must not cost more.
        if (mode == RedactionMode.Log && state.InKeyBlock && findings.IsEmpty && owner.IsEmpty
            && !LineScan.Any(line)) return new RedactedLine(line, [], next);
        Find(findings, mode);
        if (findings.IsEmpty) return new RedactedLine(line, [], next);
        var rules = new SortedSet<string>(StringComparer.Ordinal);
        for (var pass = 0; pass < MostPasses; pass++)
        {
            line = findings.Replace(placeholder, rules);
            findings = new Findings(line) { IsCommand = mode == RedactionMode.Cron };
            KeyBlockRule.Find(findings, RedactionState.Clear, out _);
            Find(findings, mode);
            if (findings.IsEmpty) return new RedactedLine(line, [.. rules], next);
        }
        return new RedactedLine(placeholder, Unhandled, next);
    }

    private void Find(Findings findings, RedactionMode mode)
    {
        LineRules.Find(findings, mode);
        owner.Find(findings);
    }
}
