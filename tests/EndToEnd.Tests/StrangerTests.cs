using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;
using Xunit.Abstractions;

namespace HostAtlas.EndToEnd.Tests;

/// <summary>A client that was written from docs/protocol.md alone, in another language, against the real platform.</summary>
public sealed class StrangerTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(PlatformStore.Sqlite)]
    [InlineData(PlatformStore.Postgresql)]
    public async Task A_stranger_who_read_only_the_protocol_gets_the_promised_answer_to_every_request(PlatformStore store)
    {
        await using var platform = await PlatformProcess.StartAsync(store);
        var scenario = Path.Combine(Repository.Root, "tests", "EndToEnd.Tests", "stranger", "scenario.py");
        // The other team's invitation comes from the operator; the first team's lies in DATA, as the protocol says.
        var invitation = (await platform.OpsAsync("teams", "invite")).Trim();
        await using var python = ChildProcess.Start("python3",
            ["-B", scenario, platform.Url.ToString()
                .TrimEnd('/'), platform.Data, Path.Combine(Repository.Root, "tests", "Vectors"), invitation]);
        var finished = await python.EndAsync(TimeSpan.FromSeconds(120));
        output.WriteLine(finished.Output);
        Assert.True(finished.ExitCode == 0, $"{Faults(finished)}\n\nThe platform said last:\n{platform.LastWords}");
    }

    private static string Faults(Finished finished) =>
        string.Join('\n', finished.LastWords.Split('\n').Where(line => !line.StartsWith("ok ", StringComparison.Ordinal)));
}
