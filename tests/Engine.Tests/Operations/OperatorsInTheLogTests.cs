using System.Text.Json;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sealing.Rotation;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace HostAtlas.Engine.Tests.Operations;

/// <summary>What operators do to the whole platform stands in the log of each team, with who did it.</summary>
public sealed class OperatorsInTheLogTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_rotation_and_a_rebuild_stand_in_every_teams_log_and_an_export_in_that_of_its_team()
    {
        await using var engine = await EmbeddedEngine.StartAsync();
        var (one, other) = (await FoundAsync(engine), await FoundAsync(engine));
        // A log can be exported once the projection has begun it.
        foreach (var team in (TeamId[])[one, other]) await LogAsync(engine, team, 3);
        foreach (string[] verb in (string[][])[["keys", "rotate"], ["projection", "rebuild"], ["audit", "export", one.ToString()]])
        {
            var run = await OpsFixture.RunInAsync(engine.Folder, verb);
            Assert.True(run.Exit == 0, $"{string.Join(' ', verb)}: {run.Exit} {run.Out} {run.Error}");
        }

        string[] ofAll = ["team.data-key-rotated operator", "team.tables-rebuilt operator"];
        Assert.Equal([.. ofAll, "audit.exported operator"], await LogAsync(engine, one, 6));
        Assert.Equal(ofAll, await LogAsync(engine, other, 5));
        // The invitation of the first start founds a team that nobody founded yet: it has no log and stops nothing.
        Assert.Null(await engine.Get<IAuditLog>().HeadAsync(EmbeddedEngine.NewId<TeamId>(), default));
    }

    [Fact]
    public async Task A_rotation_that_died_before_it_was_noted_is_noted_by_the_platform_and_once()
    {
        await using var engine = await EmbeddedEngine.StartAsync(adjust: services => services.AddSingleton(
            new ResealTimes(TimeSpan.Zero, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(100))));
        var team = await FoundAsync(engine);
        engine.Get<KeyRotation>().Rotate();
        Assert.Equal(["team.data-key-rotated platform"], await LogAsync(engine, team, 4));
        // Who noted it already is not told again.
        Assert.IsType<Done>(await engine.Client.AskAsync(new NoteRotation(team, 2, Author.Platform)));
        Assert.IsType<Done>(await engine.Client.AskAsync(new NoteRebuild(team, Author.Platform)));
        Assert.Equal(["team.data-key-rotated platform", "team.tables-rebuilt platform"], await LogAsync(engine, team, 5));
    }

    private static async Task<TeamId> FoundAsync(EmbeddedEngine engine) =>
        await OpsFixture.FoundAsync(engine, (await OpsFixture.RunInAsync(engine.Folder, "teams", "invite")).Out.Trim());

    /// <summary>What stands in a log of so many entries behind the founding.</summary>
    private static async Task<IEnumerable<string>> LogAsync(EmbeddedEngine engine, TeamId team, int entries)
    {
        var log = engine.Get<IAuditLog>();
        await Poll.UntilAsync($"{entries} entries", Limit, async () => (await log.HeadAsync(team, default))?.Number >= entries);
        return (await log.ReadAsync(team, 3, long.MaxValue, 100, default)).Select(entry =>
        {
            using var json = JsonDocument.Parse(entry.Entry!.Canonical);
            return $"{json.RootElement.GetProperty("action")} {json.RootElement.GetProperty("actor").GetProperty("kind")}";
        }).ToList();
    }
}
