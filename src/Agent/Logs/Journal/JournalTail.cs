using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Logs.Cursors;
using HostAtlas.Agent.Logs.Lines;

namespace HostAtlas.Agent.Logs.Journal;

/// <summary>
/// The journal's entries to lines, each unit a source with a state and a rate of its own, over one position for all of them.
/// </summary>
internal sealed class JournalTail(LogOptions options, LogCursors cursors, LogContext context)
{
    // Sessions and one-off units come and go.
    private const int UnitsMost = 1_000;

    private readonly Dictionary<string, Unit> _units = new(StringComparer.Ordinal);
    private readonly JournalPosition? _resumesAt = cursors.Journal;
    private JournalPosition? _position = cursors.Journal;
    private Unit? _last;
    private bool _hasBegun, _isUnsettled;

    /// <summary>How many units were met.</summary>
    public int Count => _units.Count;

    /// <summary>Takes one entry, all its lines.</summary>
    public void Take(JournalEntry entry)
    {
        // The first may be the one of which some lines went out before the end of the last process.
        var skip = !_hasBegun && _resumesAt is { Lines: < JournalPosition.Whole } cut && cut.Cursor == entry.Cursor ? cut.Lines : 0;
        _hasBegun = _isUnsettled = true;
        if (!_units.TryGetValue(entry.Source, out var unit)) unit = Add(entry.Source);
        _last = unit;
        unit.Budget.Refill(context.Elapsed);
        var at = entry.At is { } time && time <= context.Now + TimeSpan.FromMinutes(5) ? time : context.Now;
        var rest = entry.Message.AsSpan().TrimEnd("\r\n"u8);
        for (var line = 0L; ; line++)
        {
            var length = rest.IndexOf((byte)'\n');
            var isLast = length < 0;
            if (line >= skip)
            {
                var before = line == 0 && _position is { } position
                    ? MarkOf(unit, position.Cursor, position.Lines) : MarkOf(unit, entry.Cursor, line);
                unit.Gate.Take(isLast ? rest : rest[..length], before,
                    MarkOf(unit, entry.Cursor, isLast ? JournalPosition.Whole : line + 1), at: at);
            }
            if (isLast) break;
            rest = rest[(length + 1)..];
        }
        _position = new JournalPosition(entry.Cursor, JournalPosition.Whole);
    }

    /// <summary>Says how many lines of each unit were left out, when others get through again.</summary>
    public void TellLeftOut()
    {
        if (_position is not { } position) return;
        foreach (var unit in _units.Values.Where(unit => unit.Gate.LeftOut > 0))
        {
            unit.Budget.Refill(context.Elapsed);
            _isUnsettled = true;
            unit.Gate.TellLeftOut(MarkOf(unit, position.Cursor, position.Lines));
        }
    }

    /// <summary>Tells where the journal stands; only when all lines are appended.</summary>
    public void Settle()
    {
        if (!_isUnsettled || _last is not { } unit || _position is not { } position) return;
        cursors.Settle(unit.Gate.Complete(MarkOf(unit, position.Cursor, position.Lines)) with { Others = Changed(areTold: false) });
        _isUnsettled = false;
    }

    private Unit Add(string source)
    {
        if (_units.Count >= UnitsMost && _units.Values.FirstOrDefault(unit =>
            unit is { Gate: { LeftOut: 0, Redaction.InKeyBlock: false } } && unit != _last) is { } idle)
        {
            _units.Remove(idle.State.Source);
            cursors.Forget(idle.State.Id);
        }
        var state = cursors.Named(source);
        var budget = new LineBudget(options.LinesPerSecond);
        return _units[source] = new Unit(state, budget, new SourceGate(source, budget, context, state, () => Changed(areTold: true)));
    }

    private static LogMark MarkOf(Unit unit, string cursor, long lines) =>
        new() { Stream = unit.State.Id, Offset = lines, Cursor = cursor };

    // A position past the lines of other units takes along what these lines left.
    private UnitState[]? Changed(bool areTold)
    {
        List<UnitState>? changed = null;
        foreach (var unit in _units.Values)
        {
            var now = new UnitState(unit.State.Id, unit.Gate.Redaction, unit.Gate.LeftOut);
            if (now == unit.Told) continue;
            (changed ??= []).Add(now);
            if (areTold) unit.Told = now;
        }
        return changed?.ToArray();
    }

    private sealed class Unit(StreamState state, LineBudget budget, SourceGate gate)
    {
        public StreamState State => state;

        public LineBudget Budget => budget;

        public SourceGate Gate => gate;

        /// <summary>What a record said last of it.</summary>
        public UnitState Told { get; set; } = new(state.Id, state.Mark.Redaction, state.Mark.LeftOut);
    }
}
