using System.Collections.Concurrent;
using HostAtlas.Shared.Ids;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Storage;

/// <summary>
/// Gathers when API keys were used and writes it down in batches, each key at most once a minute: a script that asks twice a second must
/// not cost two fsyncs a second. What people see is so up to a minute old; a platform that is killed forgets that minute.
/// </summary>
public sealed class KeyUses(IKeyUseStore store, TimeProvider time, ILogger<KeyUses> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10), WrittenEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(TeamId Team, KeyId Key), DateTimeOffset> _heard = new();
    private readonly Dictionary<(TeamId Team, KeyId Key), DateTimeOffset> _written = [];
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Takes note that a key was used now. Never waits.</summary>
    public void Note(TeamId team, KeyId key) => _heard[(team, key)] = time.GetUtcNow();

    /// <summary>
    /// Writes what was heard of keys that were not written within the last minute; the rest waits for its turn, unless
    /// <paramref name="all"/>. Throws what the store throws, and forgets nothing then.
    /// </summary>
    public async Task FlushAsync(bool all, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var now = time.GetUtcNow();
            // Only what the rule needs: who was written longer ago may be written at once.
            foreach (var (key, at) in _written)
            {
                if (now - at >= WrittenEvery) _written.Remove(key);
            }
            var due = _heard.Where(heard => all || !_written.ContainsKey(heard.Key)).ToList();
            if (due.Count == 0) return;
            await store.WriteAsync([.. due.Select(use => new KeyUse(use.Key.Team, use.Key.Key, use.Value))], cancellation)
                .ConfigureAwait(false);
            foreach (var use in due)
            {
                _written[use.Key] = now;
                // One that was heard again meanwhile stays.
                _heard.TryRemove(use);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await TryFlushAsync(all: true, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _turn.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            await TryFlushAsync(all: false, stoppingToken).ConfigureAwait(false);
    }

    private async Task TryFlushAsync(bool all, CancellationToken cancellation)
    {
        try
        {
            await FlushAsync(all, cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            log.LogWarning(
                fault, "When API keys were last used could not be written; it is tried again in {Seconds} s.", LookEvery.TotalSeconds);
        }
    }
}
