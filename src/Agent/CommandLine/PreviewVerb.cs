using System.CommandLine;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Inventory;
using HostAtlas.Agent.Preview;
using HostAtlas.Agent.Progress;

namespace HostAtlas.Agent.CommandLine;

/// <summary><c>preview</c>: shows the bytes of the next requests. It sends nothing and changes nothing.</summary>
internal static class PreviewVerb
{
    public static Command Command(CommonOptions common, AgentSurroundings around, Func<Func<Task<int>>, Task<int>> guard)
    {
        var command = new Command("preview", "Shows what the next requests would carry, byte for byte. Sends nothing.");
        command.SetAction((parsed, stop) => guard(async () =>
        {
            var options = ConfigFile.Load(parsed.GetValue(common.Config)!);
            var state = StateFolder.OpenExisting(parsed.GetValue(common.State)!);
            var next = new NextRequests(options, state, around.NewCollector, around.Time);
            List<PreviewRequest> requests = [next.Metrics()];
            if (await next.LogsAsync(stop) is { } logs) requests.Add(logs);
            using var reporter = InventoryLane.Preview(options, around);
            if (reporter is not null) requests.Add(NextRequests.Inventory(await Task.Run(reporter.Body, stop)));
            if (next.Poll() is { } poll) requests.Add(poll);
            foreach (var request in requests)
            {
                if (!parsed.GetValue(common.Json)) await around.Out.WriteAsync(request.Write(options.Url.Authority));
                else await around.Out.WriteLineAsync(JsonLine.Of(writer => request.WriteJson(writer, options.Url.Authority)));
            }
            return ExitCode.Done;
        }));
        return command;
    }
}
