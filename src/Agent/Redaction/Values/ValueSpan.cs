namespace HostAtlas.Agent.Redaction.Values;

/// <summary>Where a value lies, without its quotes.</summary>
/// <param name="Start">First character.</param>
/// <param name="End">One behind the last.</param>
/// <param name="Next">Where reading goes on: behind the closing quote.</param>
/// <param name="Quoted">It stood between quotes.</param>
internal readonly record struct ValueSpan(int Start, int End, int Next, bool Quoted)
{
    /// <summary>The value itself.</summary>
    public ReadOnlySpan<char> In(string text) => text.AsSpan(Start, End - Start);
}
