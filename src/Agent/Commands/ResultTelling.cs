using System.Threading.Channels;
using HostAtlas.Agent.Uplink;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Commands;

/// <summary>
/// Tells the platform what became of commands, one after another, until it has heard it. What it has not heard when the agent stops is told
/// after the next start.
/// </summary>
internal sealed class ResultTelling(CommandLaneParts parts)
{
    // One wake-up is enough for whatever lies there.
    private readonly Channel<bool> _woken = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>
    /// A result is told no longer than this. The command it answers lived an hour; a token that is refused for a day was taken away.
    /// </summary>
    public static readonly TimeSpan GivenUpAfter = TimeSpan.FromHours(24);

    private int _failures;

    /// <summary>Whether a result is not told again after an answer; without an answer it always is.</summary>
    /// <param name="answer">What the platform said.</param>
    /// <param name="age">How long ago the command was taken.</param>
    public static bool IsOver(PlatformAnswer answer, TimeSpan age) => answer switch
    {
        { Status: >= 200 and < 300 } => true,
        // What it will never take: the command is over, or is none of this server's, or it reads it otherwise. Without the platform's slug
        // it may be the word of something between; and of a signature that came twice nobody knows whether the first was heard.
        { Status: 400 or 404 or 409 or 410 or 413 or 422, Slug: not null and not ProblemSlug.RequestReplayed } => true,
        _ => age > GivenUpAfter,
    };

    /// <summary>There may be a result to tell.</summary>
    public void Wake() => _woken.Writer.TryWrite(true);

    /// <summary>Goes on until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                if (parts.Ledger.NextUntold is not { } entry) await _woken.Reader.ReadAsync(stop).ConfigureAwait(false);
                else if (await TellAsync(entry, stop).ConfigureAwait(false)) _failures = 0;
                else await Task.Delay(Backoff.Delay(++_failures, parts.Random()), parts.Time, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The agent stops.
        }
    }

    private async Task<bool> TellAsync(LedgerEntry entry, CancellationToken stop)
    {
        try
        {
            var outcome = new CommandOutcome(entry.Status!, entry.Detail);
            var answer = await parts.Results.ResultAsync(entry.Id, outcome, stop).ConfigureAwait(false);
            var isOver = IsOver(answer, parts.Time.GetUtcNow() - entry.At);
            if (isOver) parts.Ledger.Tell(entry.Id, told: true);
            return isOver;
        }
        catch (Exception fault) when (fault is ConnectionFaultException or IOException)
        {
            return false;
        }
    }
}
