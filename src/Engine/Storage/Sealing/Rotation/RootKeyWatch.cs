using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Storage.Sealing.Rotation;

/// <summary>
/// A gateway hears of a rotation by <c>root.key</c> itself: the engine's process puts a new key at the head of the file, or the operator
/// copies the file anew. Until then what lies under the new key does not open here.
/// </summary>
internal sealed class RootKeyWatch(RootKeys roots, RootKeyFile file, TimeProvider time, ILogger<RootKeyWatch> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        DateTime seen = default;
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            var changed = File.GetLastWriteTimeUtc(file.FullPath);
            if (changed == seen) continue;
            seen = changed;
            Take();
        }
    }

    private void Take()
    {
        try
        {
            var ring = File.ReadAllBytes(file.FullPath);
            var known = roots.ToBytes();
            if (!RootKeys.IsRing(ring.Length) || !ring.AsSpan().EndsWith(known))
            {
                log.LogError("{File} no longer holds the keys that this gateway was started with. Restart it.", file.FullPath);
                return;
            }
            for (var at = ring.Length - known.Length - RootKeys.KeyBytes; at >= 0; at -= RootKeys.KeyBytes)
            {
                roots.Prepend(ring[at..(at + RootKeys.KeyBytes)]);
                log.LogInformation("{File} has a new root key; this gateway uses it.", file.FullPath);
            }
        }
        catch (Exception away) when (away is IOException or UnauthorizedAccessException)
        {
            log.LogWarning("{File} cannot be read: {Reason}", file.FullPath, away.Message);
        }
    }
}
