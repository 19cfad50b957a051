using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Selection;
using HostAtlas.Agent.Backup.Walk;
using HostAtlas.Agent.Gate.Evidence;
using HostAtlas.Agent.Gate.Features;
using HostAtlas.Agent.Gate.Rules;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>Files: what is unchanged is taken over, the rest is read once, for its chunks and for the gate.</summary>
internal sealed partial class TreeWalk
{
    private async ValueTask VisitFileAsync(WalkFrame frame, byte[] name, FileFacts facts, TreeEntry? before)
    {
        if (_parts.Selected.IsTooLarge(facts)) return;
        if (!_parts.Selected.IncludePrivateKeys && PrivateKeyRule.ByName(name, facts.Mode) == KeySuspicion.IsKey)
        {
            _parts.Findings.PrivateKey(_path.Bytes);
            return;
        }
        if (before is not null && _parts.TakesUnchanged && EntryFacts.IsUnchanged(before, facts)
            && await TryKeepAsync(before).ConfigureAwait(false))
        {
            await _emit(new WalkItem.Whole(before)).ConfigureAwait(false);
            _parts.Findings.Took(before, unchanged: true);
            return;
        }
        if (_parts.Reading is { } reading) await ReadAsync(frame, name, reading, before).ConfigureAwait(false);
        else _parts.Findings.Took(EntryFacts.Of(name, facts, 0), unchanged: facts.CtimeNs < _parts.UnchangedBeforeNs);
    }

    private async ValueTask ReadAsync(WalkFrame frame, byte[] name, FileReading reading, TreeEntry? before)
    {
        var begun = false;
        try
        {
            using var file = LinuxFiles.OpenFile(frame.Directory, name);
            var facts = LinuxFiles.Stat(file);
            if (facts.Kind != FileKind.File) throw new LinuxFaultException("open", LinuxFaultException.NoEntry);
            var entry = EntryFacts.Of(name, facts, NowNs()) with { Xattrs = LinuxFiles.Xattrs(frame.Directory, name) };
            // What is read again only because nothing earlier counts was looked at when it came.
            var isJudged = before is not null && EntryFacts.IsUnchanged(before, facts);
            var gate = isJudged ? null : _parts.Gate;
            var end = await reading.ReadAsync(file, facts, !_parts.Selected.IncludePrivateKeys, item =>
            {
                begun = true;
                _parts.Findings.InFile = reading.Length;
                return _emit(item);
            }, gate?.Begin(_path.Bytes), _cancellation).ConfigureAwait(false);
            if (end == ReadingEnd.PrivateKey)
            {
                _parts.Findings.PrivateKey(_path.Bytes);
                return;
            }
            var changed = !LinuxFiles.Stat(file).IsAs(facts);
            if (changed) _parts.Findings.Changed(_path.Bytes, "it changed while it was read");
            entry = entry with
            {
                Size = reading.Length,
                Holes = reading.Holes,
                CtimeNs = changed ? null : entry.CtimeNs,
                Gate = isJudged ? before!.Gate : null,
            };
            var judged = gate is null ? null : await JudgeAsync(gate, frame, name, entry, before).ConfigureAwait(false);
            if (judged is not null) entry = entry with { Gate = RunGate.NoteOf(judged.Verdict.Record) };
            // Before it is handed on: what is held back is taken off again there.
            _parts.Findings.Took(entry);
            await _emit(new WalkItem.EndFile(entry, judged)).ConfigureAwait(false);
        }
        catch (LinuxFaultException fault)
        {
            _parts.Findings.InFile = 0;
            if (begun) await _emit(WalkItem.DropFile.Instance).ConfigureAwait(false);
            _parts.Findings.Unreadable(_path.Bytes, fault.IsGone ? "it vanished while it was read" : fault.Message);
        }
    }

    private async ValueTask<JudgedFile> JudgeAsync(RunGate gate, WalkFrame frame, byte[] name, TreeEntry entry, TreeEntry? before)
    {
        var features = gate.Finish();
        gate.Ledger.Changed(_path.Bytes, entry.Size, isNew: before is null);
        var verdict = gate.Judge(name, features, before);
        if (before is null && gate.AsksForFormer(features, verdict) && await FormerAsync(frame, name).ConfigureAwait(false) is { } former)
        {
            before = former;
            verdict = gate.Judge(name, features, before);
        }
        // From now on the last clean version is needed; whether it will be is not known before the file's chunks have their ids.
        var canKeep = before is not null && verdict.Rules.Count > 0 && await TryKeepAsync(before).ConfigureAwait(false);
        // Of a declared file only the beginning was looked at.
        verdict = verdict with { Record = verdict.Record with { Bytes = entry.Size } };
        return RunGate.Judged(_path.Bytes, name, verdict, before, canKeep);
    }

    /// <summary>The file of the parent that this new name may have been: it is gone from this directory.</summary>
    private static async ValueTask<TreeEntry?> FormerAsync(WalkFrame frame, byte[] name)
    {
        if (frame.Parent is null) return null;
        byte[] prefix = [.. RenameMatch.Stem(name), (byte)'.'];
        var ahead = await frame.Parent.AheadAsync(prefix).ConfigureAwait(false);
        return frame.GoneFiles.Concat(ahead.Where(entry => entry.Type == TreeEntryType.File && !IsThere(frame, entry)))
            .Select(entry => (Entry: entry, Match: RenameMatch.Of(entry.Name.Span, name)))
            .Where(found => found.Match > 0).OrderByDescending(found => found.Match).Select(found => found.Entry).FirstOrDefault();
    }

    /// <summary>An entry of the parent that no later name can be: gone, unless its name was found here.</summary>
    private async ValueTask PassedAsync(WalkFrame frame, TreeEntry entry, bool isFound)
    {
        if (_parts.Gate is not { } gate) return;
        if (entry.Type == TreeEntryType.File) gate.Ledger.Saw(entry.Name.Span);
        // Where not all names are known, what is not selected any more is still there.
        if (isFound || (!frame.IsListed && IsThere(frame, entry))) return;
        await CountGoneAsync(entry).ConfigureAwait(false);
        if (entry.Type != TreeEntryType.File) return;
        frame.AddGone(entry);
        await _emit(new WalkItem.Gone(entry)).ConfigureAwait(false);
    }

    private async ValueTask CountGoneAsync(TreeEntry entry)
    {
        if (_parts.Gate is not { } gate) return;
        // One that is held back was there under another name already when the parent was made.
        if (entry.Type == TreeEntryType.File) gate.Ledger.Gone(entry.HeldBackSince is null ? 1 : 0);
        else if (entry.Subtree is { IsEmpty: false } below)
            gate.Ledger.Gone(await _parts.Parent!.Value.Tree.CountFilesAsync(below, _cancellation).ConfigureAwait(false));
    }

    private ValueTask<bool> TryKeepAsync(TreeEntry before) =>
        _parts.Parent!.Value.Tree.TryKeepAsync(before.Chunks ?? Reference.Empty, _cancellation);

    private static bool IsOther(TreeEntry before, FileKind kind) =>
        (before.Type == TreeEntryType.File) != (kind == FileKind.File)
        || (before.Type == TreeEntryType.Directory) != (kind == FileKind.Directory);

    private static bool IsThere(WalkFrame frame, TreeEntry entry)
    {
        try
        {
            LinuxFiles.Stat(frame.Directory, entry.Name.Span);
            return true;
        }
        catch (LinuxFaultException fault)
        {
            return !fault.IsGone;
        }
    }
}
