using System.Threading.Channels;
using HostAtlas.Engine.Storage;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.People.Events;

/// <summary>
/// Looks for changes on behalf of all open streams of this process: one query each 200 ms asks how far the listened teams have come, and
/// only what is new of a team is read, once for all who listen to it. Without streams it sleeps. It is driven by the tables and by nothing
/// else, so it works the same in every process and loses nothing that a message would.
/// </summary>
internal sealed class ChangeFeed(IChangeLog log, EventStreamTimes times, TimeProvider time, ILogger<ChangeFeed> logger) : BackgroundService
{
    private const int PageChanges = 500;
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<TeamId, ListenedTeam> _teams = [];
    private readonly SemaphoreSlim _someoneListens = new(0);

    /// <summary>Listens to a team from now on: what was told before is asked of the log.</summary>
    public ChangeListener Listen(TeamId team)
    {
        var listener = new ChangeListener(this, team);
        lock (_gate)
        {
            if (!_teams.TryGetValue(team, out var listened)) _teams[team] = listened = new ListenedTeam();
            listened.Listeners.Add(listener);
            if (_teams.Count == 1 && listened.Listeners.Count == 1) _someoneListens.Release();
        }
        return listener;
    }

    /// <summary>A listener knows everything up to this number: from there on the feed tells of the team, if it does not yet.</summary>
    internal void Begin(TeamId team, long number)
    {
        lock (_gate)
        {
            if (_teams.TryGetValue(team, out var listened)) listened.Known ??= number;
        }
    }

    internal void Leave(ChangeListener listener)
    {
        lock (_gate)
        {
            if (!_teams.TryGetValue(listener.Team, out var listened)) return;
            listened.Listeners.Remove(listener);
            if (listened.Listeners.Count == 0) _teams.Remove(listener.Team);
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await _someoneListens.WaitAsync(stoppingToken);
                while (Known() is { Count: > 0 } known)
                {
                    var well = await LookAsync(known, stoppingToken);
                    await Task.Delay(well ? times.Poll : AfterFault, time, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends; so do the streams, by themselves.
        }
    }

    private async Task<bool> LookAsync(Dictionary<TeamId, long?> known, CancellationToken stopping)
    {
        try
        {
            var begun = known.Where(team => team.Value is not null).ToDictionary(team => team.Key, team => team.Value!.Value);
            if (begun.Count == 0) return true;
            foreach (var (team, latest) in await log.LatestAsync(begun.Keys, stopping))
            {
                for (var from = begun[team]; from < latest.Number;)
                {
                    var changes = await log.ReadAsync(team, from, PageChanges, stopping);
                    if (changes.Count == 0) break;
                    Tell(team, changes);
                    from = changes[^1].Place.Number;
                }
            }
            return true;
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            logger.LogWarning("Changes could not be read; open event streams hear of them later: {Reason}", fault.Message);
            return false;
        }
    }

    private Dictionary<TeamId, long?> Known()
    {
        lock (_gate) return _teams.ToDictionary(team => team.Key, team => team.Value.Known);
    }

    private void Tell(TeamId team, IReadOnlyList<KeptChange> changes)
    {
        lock (_gate)
        {
            if (!_teams.TryGetValue(team, out var listened)) return;
            foreach (var listener in listened.Listeners) listener.Hear(changes);
            listened.Known = changes[^1].Place.Number;
        }
    }

    private sealed class ListenedTeam
    {
        public List<ChangeListener> Listeners { get; } = [];

        /// <summary>How far its listeners were told; null until one of them knows where it begins.</summary>
        public long? Known { get; set; }
    }
}

/// <summary>One stream's end of the feed.</summary>
internal sealed class ChangeListener(ChangeFeed feed, TeamId team) : IDisposable
{
    // Whoever is so far behind is better served by the log, from which it goes on when it comes again.
    private const int MostPages = 64;

    private readonly Channel<IReadOnlyList<KeptChange>> _pages = Channel.CreateBounded<IReadOnlyList<KeptChange>>(
        new BoundedChannelOptions(MostPages) { SingleReader = true, SingleWriter = true });

    /// <summary>Whose changes.</summary>
    public TeamId Team => team;

    /// <summary>Changes as they come, each team's in order; ends when the stream did not keep up.</summary>
    public ChannelReader<IReadOnlyList<KeptChange>> Pages => _pages.Reader;

    /// <summary>This listener knows everything up to the number.</summary>
    public void Begin(long number) => feed.Begin(team, number);

    /// <inheritdoc />
    public void Dispose() => feed.Leave(this);

    internal void Hear(IReadOnlyList<KeptChange> changes)
    {
        if (!_pages.Writer.TryWrite(changes)) _pages.Writer.TryComplete();
    }
}
