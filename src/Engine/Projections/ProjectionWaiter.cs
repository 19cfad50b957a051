using HostAtlas.Engine.Storage;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Projections;

/// <summary>Lets whoever changed something answer only once the tables show it, so that the next page a person sees has it.</summary>
public sealed class ProjectionWaiter(IServerDirectory directory, TimeProvider time)
{
    /// <summary>How long a wait is worth it; the change is durable in any case.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>
    /// Waits until the directory lists the server, or until <paramref name="timeout"/> (default <see cref="DefaultTimeout"/>): true when it
    /// is listed. A timeout is no error: the server exists, its row follows.
    /// </summary>
    public Task<bool> WaitForServerAsync(
        TeamId team, ServerId server, TimeSpan? timeout = null, CancellationToken cancellation = default) =>
        WaitAsync(team, server, row => row is not null, timeout, cancellation);

    /// <summary>Waits until the directory lists the server by a name; as above.</summary>
    public Task<bool> WaitForNameAsync(
        TeamId team, ServerId server, string name, TimeSpan? timeout = null, CancellationToken cancellation = default) =>
        WaitAsync(team, server, row => row?.Name == name, timeout, cancellation);

    /// <summary>Waits until the directory lists the server no longer; as above.</summary>
    public Task<bool> WaitUntilGoneAsync(
        TeamId team, ServerId server, TimeSpan? timeout = null, CancellationToken cancellation = default) =>
        WaitAsync(team, server, row => row is null, timeout, cancellation);

    private async Task<bool> WaitAsync(
        TeamId team, ServerId server, Predicate<ServerRow?> holds, TimeSpan? timeout, CancellationToken cancellation)
    {
        var deadline = time.GetUtcNow() + (timeout ?? DefaultTimeout);
        while (!holds(await directory.FindAsync(team, server, cancellation).ConfigureAwait(false)))
        {
            if (time.GetUtcNow() >= deadline) return false;
            await Task.Delay(Pause, time, cancellation).ConfigureAwait(false);
        }
        return true;
    }
}
