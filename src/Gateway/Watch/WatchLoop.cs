using Spectre.Console;
using Spectre.Console.Rendering;

namespace HostAtlas.Gateway.Watch;

/// <summary>Asks the platform every two seconds and draws. On a terminal the tables stay in place; elsewhere they are printed once a minute.</summary>
public static class WatchLoop
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2), EveryPrinted = TimeSpan.FromMinutes(1), FirstFigures = TimeSpan.FromSeconds(60);

    /// <summary>Runs until cancelled; with <paramref name="once"/> until there are figures (0), or none came within a minute (1).</summary>
    public static async Task<int> RunAsync(PeopleClient client, bool once, TimeProvider time, CancellationToken cancellation)
    {
        if (once) return await PrintFirstAsync(client, time, cancellation);
        if (!AnsiConsole.Profile.Capabilities.Interactive) return await PrintAsync(client, time, cancellation);
        await AnsiConsole.Live(new Text("")).AutoClear(true).StartAsync(async screen =>
        {
            while (!cancellation.IsCancellationRequested)
            {
                screen.UpdateTarget(new Rows((await DrawAsync(client, time, cancellation)).Tables
                    .Append(new Markup("[grey]Ctrl-C ends.[/]"))));
                await Task.Delay(Every, time, cancellation);
            }
        });
        return 0;
    }

    private static async Task<int> PrintFirstAsync(PeopleClient client, TimeProvider time, CancellationToken cancellation)
    {
        for (var began = time.GetTimestamp(); time.GetElapsedTime(began) < FirstFigures; await Task.Delay(Every / 4, time, cancellation))
        {
            var (tables, complete) = await DrawAsync(client, time, cancellation);
            if (!complete) continue;
            foreach (var table in tables) AnsiConsole.Write(table);
            return 0;
        }
        await Console.Error.WriteLineAsync("No server reported within a minute. `status` of its agent says why.");
        return 1;
    }

    private static async Task<int> PrintAsync(PeopleClient client, TimeProvider time, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            foreach (var table in (await DrawAsync(client, time, cancellation)).Tables) AnsiConsole.Write(table);
            await Task.Delay(EveryPrinted, time, cancellation);
        }
        return 0;
    }

    // Complete: there is a server, each was heard just now, and every rate has its second reading.
    private static async Task<(IReadOnlyList<IRenderable> Tables, bool Complete)> DrawAsync(
        PeopleClient client, TimeProvider time, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var tables = new List<IRenderable>();
        var complete = true;
        foreach (var server in await client.ServersAsync(cancellation))
        {
            var figures = new HostFigures(await client.MetricsAsync(server.Id, now.ToUnixTimeMilliseconds(), cancellation));
            complete &= figures.Last("cpu.used_percent") is not null && now - server.LastSeenAt < TimeSpan.FromSeconds(20);
            tables.Add(HostTable.Render(server, figures, now, AnsiConsole.Profile.Width));
        }
        if (tables.Count == 0) return ([new Markup("[grey]The team has no server yet.[/]")], false);
        return (tables, complete);
    }
}
