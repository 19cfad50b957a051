using System.Globalization;
using System.Text;
using HostAtlas.Agent.Logs.Cursors;
using HostAtlas.Agent.Redaction;

namespace HostAtlas.Agent.Logs.Lines;

/// <summary>
/// What a line of one stream passes on its way out: redaction first, whose state sees every line, then the rate limit, which counts what it
/// leaves out. Only what comes out of here is ever written to the disk.
/// </summary>
/// <param name="source">As the platform is told.</param>
/// <param name="budget">Its lines a second.</param>
/// <param name="context">What all sources share.</param>
/// <param name="state">Where it stands.</param>
/// <param name="others">What a mark says of streams that share its position; null: none does.</param>
internal sealed class SourceGate(
    string source, LineBudget budget, LogContext context, StreamState state, Func<IReadOnlyList<UnitState>?>? others = null)
{
    /// <summary>What the next line meets.</summary>
    public RedactionState Redaction { get; private set; } = state.Mark.Redaction;

    /// <summary>Lines left out of which nothing was told yet.</summary>
    public long LeftOut { get; private set; } = state.Mark.LeftOut;

    /// <summary>Whether lines get through just now.</summary>
    public bool IsOpen => budget.IsOpen;

    /// <summary>Goes on where the stream before it ended.</summary>
    public void Inherit(RedactionState redaction, long leftOut)
    {
        Redaction = redaction;
        LeftOut += leftOut;
    }

    /// <summary>Takes one whole line.</summary>
    /// <param name="line">Its bytes, without its end.</param>
    /// <param name="before">Where it begins.</param>
    /// <param name="after">Where the next begins.</param>
    /// <param name="part">Bytes of it whose text was sent before.</param>
    /// <param name="at">Its time; null: what it says itself, or now.</param>
    public void Take(ReadOnlySpan<byte> line, LogMark before, LogMark after, int part = 0, DateTimeOffset? at = null)
    {
        var text = Trim(line);
        if (text.IsEmpty && part == 0)
        {
            Redaction = Redactor.Follow(text, Redaction);
            return;
        }
        if (!budget.TryTake())
        {
            LeaveOut(text, 1);
            return;
        }
        TellLeftOut(before);
        var redacted = context.Redactor.Redact(RedactionMode.Log, Encoding.UTF8.GetString(text), Redaction);
        var sent = part == 0 ? redacted.Text : CutLine.Rest(redacted.Text, Beginning(line[..part]));
        Redaction = redacted.State;
        if (sent.Length > 0) Add(at ?? LineTime.Of(text, context.Now, context.Zone), sent, after);
    }

    /// <summary>Takes the beginning of a line whose end does not come; false: not now.</summary>
    public bool TakeBeginning(ReadOnlySpan<byte> line, LogMark before, LogMark after, int part)
    {
        if (!budget.TryTake()) return false;
        TellLeftOut(before);
        var beginning = Beginning(line);
        var sent = part == 0 ? beginning : CutLine.Rest(beginning, Beginning(line[..part]));
        if (sent.Length > 0) Add(LineTime.Of(Trim(line), context.Now, context.Zone), sent, after);
        return true;
    }

    /// <summary>Takes a line that is too long to be looked at: whole.</summary>
    public void TakeTooLong(RedactionState left, LogMark before, LogMark after)
    {
        if (budget.TryTake())
        {
            TellLeftOut(before);
            Redaction = left;
            Add(context.Now, Placeholder.Filtered, after);
            return;
        }
        Redaction = left;
        LeaveOut([], 1);
    }

    /// <summary>Leaves lines out that cannot get through; their end is not needed.</summary>
    public void LeaveOut(ReadOnlySpan<byte> lines, int count)
    {
        Redaction = Redactor.Follow(lines, Redaction);
        LeftOut += count;
        context.LeftOut(count);
    }

    /// <summary>Says how many lines were left out, once others get through again.</summary>
    public void TellLeftOut(LogMark here)
    {
        if (LeftOut == 0 || !budget.IsOpen) return;
        var lines = LeftOut == 1 ? "1 line" : string.Create(CultureInfo.InvariantCulture, $"{LeftOut} lines");
        LeftOut = 0;
        Add(context.Now, $"{lines} of {source} left out by the rate limit", here);
    }

    /// <summary>A mark with what the next line meets.</summary>
    public LogMark Complete(LogMark mark) => mark with { Redaction = Redaction, LeftOut = LeftOut };

    private string Beginning(ReadOnlySpan<byte> line) =>
        CutLine.Beginning(context.Redactor, Encoding.UTF8.GetString(line.TrimStart((byte)0)), Redaction);

    private void Add(DateTimeOffset at, string text, LogMark mark)
    {
        // Placeholders may be longer than what they replace.
        if (text.Length > Redactor.MostBytes / 3 && Encoding.UTF8.GetByteCount(text) > Redactor.MostBytes) text = Placeholder.Filtered;
        context.Outbox.Add(at, source, text, Complete(mark) with { Others = others?.Invoke() });
    }

    // NUL: what a program that writes on at its old place leaves in front, after its log was cut.
    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> line) => line.TrimStart((byte)0).TrimEnd((byte)'\r');
}

/// <summary>What all sources share.</summary>
/// <param name="Redactor">The rules.</param>
/// <param name="Outbox">Where lines go.</param>
/// <param name="Time">All clocks.</param>
/// <param name="Zone">Of times without one.</param>
/// <param name="LeftOut">Hears how many lines the rate limit left out.</param>
internal sealed record LogContext(Redactor Redactor, LogOutbox Outbox, TimeProvider Time, TimeZoneInfo Zone, Action<long> LeftOut)
{
    private readonly long _start = Time.GetTimestamp();

    public DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>Since the start; nobody sets it.</summary>
    public TimeSpan Elapsed => Time.GetElapsedTime(_start);
}
