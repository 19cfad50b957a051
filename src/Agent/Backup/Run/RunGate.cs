using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Gate;
using HostAtlas.Agent.Gate.Evidence;
using HostAtlas.Agent.Gate.Features;
using HostAtlas.Agent.Gate.Rules;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>
/// The gate within one pass. The walk feeds it the very bytes that are cut into chunks, and asks for a verdict; the assembly, which knows
/// the chunks' ids, has it put the file or its last clean version into the tree.
/// </summary>
internal sealed class RunGate(RunLedger ledger, PathIds ids, DeclaredPaths declared, RunFindings findings)
{
    // Of what is declared only the framing is looked at; this much also says what it is.
    private const int DeclaredBytes = 64 << 10;

    // Below that nothing about a file can have changed by what it was.
    private const int FormerLeastBytes = 256;

    private readonly FeatureCollector _collector = new();
    private bool _isDeclared;

    /// <summary>What the run comes to.</summary>
    public RunLedger Ledger => ledger;

    /// <summary>How the platform hears of files.</summary>
    public PathIds Ids => ids;

    /// <summary>A file's bytes follow.</summary>
    public FileLook Begin(ReadOnlySpan<byte> path)
    {
        _isDeclared = declared.Has(path);
        _collector.Begin();
        return new FileLook(_collector, _isDeclared ? DeclaredBytes : long.MaxValue);
    }

    /// <summary>What was found in them.</summary>
    public FileFeatures Finish() => _collector.Finish();

    /// <summary>Judges it beside an earlier version, if there is one.</summary>
    public FileVerdict Judge(ReadOnlySpan<byte> name, FileFeatures features, TreeEntry? before) => FileJudge.Judge(features, new FileContext
    {
        Name = System.Text.Encoding.UTF8.GetString(name),
        Before = RecordOf(before),
        IsDeclared = _isDeclared,
        IsLearning = ledger.Basis.IsLearning,
    });

    /// <summary>Whether it matters what a new file may have been called before.</summary>
    public bool AsksForFormer(FileFeatures features, FileVerdict verdict) =>
        verdict.Rules.Count > 0 || _isDeclared || (features.Type == FileType.Data && features.Bytes >= FormerLeastBytes);

    /// <summary>What the tree notes of a file, for the next run to compare with.</summary>
    public static GateNote NoteOf(FileRecord record) =>
        new(record.Type, Math.Round(record.Entropy, 3), Math.Round(record.Ratio, 3));

    /// <summary>All of it as a file that was judged.</summary>
    public static JudgedFile Judged(
        ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, FileVerdict verdict, TreeEntry? before, bool canKeep) =>
        new(path.ToArray(), verdict, canKeep ? before : null, before?.Gate?.FirstSeen ?? false,
            WatchedDumps.HasTurned(System.Text.Encoding.UTF8.GetString(name), RecordOf(before), verdict));

    /// <summary>Puts a file that was judged into its tree, or the version of it that stays.</summary>
    /// <exception cref="GateFrozenException">With this file the run freezes.</exception>
    public void Place(TreeEntry entry, JudgedFile judged, string content, OpenTree tree)
    {
        var isOwn = judged.Kept is { } own && own.Name.Span.SequenceEqual(entry.Name.Span);
        if (judged.Kept is { } former && !isOwn && !tree.CanKeep(former.Name.Span, entry.Name.Span)) judged = judged with { Kept = null };
        var settled = ledger.Settle(judged, content);
        if (settled != Settlement.HeldBack)
        {
            tree.Add(settled == Settlement.FirstSeen ? entry with { Gate = entry.Gate! with { FirstSeen = true } } : entry);
            if (settled == Settlement.FirstSeen && !judged.WasFirstSeen) Tell(judged, isHeldBack: false);
            return;
        }
        var kept = judged.Kept!;
        var since = kept.HeldBackSince ?? ledger.Basis.Now;
        if (isOwn) tree.Add(kept with { HeldBackSince = since });
        else tree.Keep(kept.Name.Span, since);
        ReadOnlySpan<byte> folder = judged.Path.AsSpan(0, judged.Path.Length - entry.Name.Length);
        findings.HeldBack([.. folder, .. kept.Name.Span], since, kept.Size - entry.Size, ledger.Basis.Memory.OverdueSince >= since);
        Tell(judged, isHeldBack: true);
    }

    private void Tell(JudgedFile judged, bool isHeldBack) =>
        findings.OnHit?.Invoke(TreeNames.Display(judged.Path), judged.Verdict.Rules, isHeldBack);

    private static FileRecord? RecordOf(TreeEntry? before) =>
        before?.Gate is { } note ? new FileRecord(note.Type, note.Entropy, note.Ratio, before.Size) : null;
}

/// <summary>Takes a file's bytes as they are read.</summary>
/// <param name="collector">Where they go.</param>
/// <param name="most">How many of them.</param>
internal readonly struct FileLook(FeatureCollector collector, long most)
{
    /// <summary>The next bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="at">Where they stand in the file.</param>
    public void Push(ReadOnlySpan<byte> bytes, long at)
    {
        if (at < most) collector.Push(bytes[..(int)Math.Min(bytes.Length, most - at)]);
    }

    /// <summary>So many zeros that nobody reads.</summary>
    public void PushZeros(long count, long at)
    {
        if (at < most) collector.PushZeros(Math.Min(count, most - at));
    }
}
