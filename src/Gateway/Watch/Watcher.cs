namespace HostAtlas.Gateway.Watch;

/// <summary>
/// Looks at the platform again and again. A look that fails keeps the last picture and says why; a session that ended is begun anew, since
/// whoever leaves a watch open for a month should find it alive.
/// </summary>
/// <param name="client">People's API.</param>
/// <param name="signIn">The person who watches.</param>
/// <param name="only">The id of the one server to show; null shows all.</param>
/// <param name="most">How many servers there is room for.</param>
public sealed class Watcher(PeopleClient client, SignIn signIn, string? only, int most)
{
    /// <summary>The time that one block of the history stands for.</summary>
    public const int FineStepSeconds = 20;

    private const int FineSteps = 30, CoarseStepSeconds = 60, AtOnce = 4;
    private const int AheadMs = 600_000; // How far a host's clock may run ahead of the platform's.
    private Snapshot _last = new([], 0, DateTimeOffset.UnixEpoch);

    /// <summary>The first look; signs in. Whatever goes wrong is thrown, since nobody has seen anything yet.</summary>
    public async Task<Snapshot> BeginAsync(CancellationToken cancellation)
    {
        await client.SignInAsync(signIn, cancellation);
        return _last = await ReadAsync(cancellation);
    }

    /// <summary>A further look.</summary>
    public async Task<Snapshot> LookAsync(CancellationToken cancellation)
    {
        try
        {
            return _last = await ReadSignedInAsync(cancellation);
        }
        catch (Exception fault) when (ConnectionFaults.Explain(fault, client.Url) is { } reason && !cancellation.IsCancellationRequested)
        {
            return _last with { Trouble = reason };
        }
    }

    private async Task<Snapshot> ReadSignedInAsync(CancellationToken cancellation)
    {
        try
        {
            return await ReadAsync(cancellation);
        }
        catch (PlatformRefusedException refused) when (refused.Status == System.Net.HttpStatusCode.Unauthorized)
        {
            await client.SignInAsync(signIn, cancellation);
            return await ReadAsync(cancellation);
        }
    }

    private async Task<Snapshot> ReadAsync(CancellationToken cancellation)
    {
        var servers = only is null ? await client.ServersAsync(cancellation) : [await client.ServerAsync(only, cancellation)];
        var shown = servers.OrderBy(server => server.Name, StringComparer.OrdinalIgnoreCase)
            .ThenBy(server => server.Id, StringComparer.Ordinal).Take(most).ToList();
        var pictures = new List<ServerPicture>();
        foreach (var some in shown.Chunk(AtOnce))
            pictures.AddRange(await Task.WhenAll(some.Select(server => PictureAsync(server, isAlone: servers.Count == 1, cancellation))));
        return new Snapshot(pictures, servers.Count - shown.Count, client.Now);
    }

    // Alone it is shown with its history, among others only with its newest values. Of a silent one the last it sent stays readable.
    private async Task<ServerPicture> PictureAsync(WatchedServer server, bool isAlone, CancellationToken cancellation)
    {
        var until = server is { Status: "silent", LastSeenAt: { } seen } ? seen : client.Now;
        var step = isAlone ? FineStepSeconds : CoarseStepSeconds;
        var from = until.ToUnixTimeMilliseconds() - (step * 1000L * (isAlone ? FineSteps : 2));
        var answer = await client.MetricsAsync(server.Id, from, until.ToUnixTimeMilliseconds() + AheadMs, step, cancellation);
        return new ServerPicture(server, new HostFigures(answer));
    }
}
