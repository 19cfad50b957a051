using System.Text.Json;
using HostAtlas.Engine.Operations;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Engine.Tests.Operations;

public sealed class OpsCommandLineTests(OpsFixture ops) : IClassFixture<OpsFixture>
{
    [Fact]
    public async Task An_invitation_stands_alone_on_standard_output_and_founds_a_team()
    {
        var (exit, output, error) = await ops.RunAsync("teams", "invite");
        Assert.Equal(0, exit);
        Assert.Matches("^hai_[A-Za-z0-9_-]{107}\n$", output);
        Assert.Contains("works once", error, StringComparison.Ordinal);
        Assert.DoesNotContain(output.Trim(), error, StringComparison.Ordinal);
        await OpsFixture.FoundAsync(ops.Engine, output.Trim());
    }

    [Fact]
    public async Task A_plan_lets_more_servers_in()
    {
        var (_, output, _) = await ops.RunAsync("teams", "invite", "--json");
        using var invited = JsonDocument.Parse(output);
        var team = await OpsFixture.FoundAsync(ops.Engine, invited.RootElement.GetProperty("invitation").GetString()!);
        Assert.Equal(team.ToString(), invited.RootElement.GetProperty("team").GetString());

        Assert.Equal(0, (await ops.RunAsync("teams", "plan", team.ToString(), "--servers", "0")).Exit);
        Assert.Equal(RefusalKind.PlanLimitReached, Assert.IsType<Refused>(await AddServerAsync(team)).Kind);
        var raised = await ops.RunAsync("teams", "plan", team.ToString(), "--servers", "unlimited");
        Assert.Equal((0, $"The team {team} may have unlimited servers.\n", ""), raised);
        Assert.IsType<ServerAdded>(await AddServerAsync(team));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("many")]
    [InlineData("1000001")]
    [InlineData("1e3")]
    public async Task A_plan_that_is_no_number_is_wrong_usage(string servers)
    {
        var (exit, output, error) = await ops.RunAsync("teams", "plan", EmbeddedEngine.NewId<TeamId>().ToString(), $"--servers={servers}");
        Assert.Equal((2, ""), (exit, output));
        Assert.Contains("--servers is a number from 0 to 1000000, or unlimited.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_team_that_nobody_founded_has_no_plan()
    {
        var (exit, output, error) = await ops.RunAsync("teams", "plan", EmbeddedEngine.NewId<TeamId>().ToString(), "--servers", "5");
        Assert.Equal((1, "", "There is no such team.\n"), (exit, output, error));
    }

    [Fact]
    public async Task The_cluster_shows_this_node_and_all_slices_of_presence()
    {
        var (exit, output, _) = await ops.RunAsync("cluster", "show", "--json");
        Assert.Equal(0, exit);
        using var picture = JsonDocument.Parse(output);
        var node = Assert.Single(picture.RootElement.GetProperty("nodes").EnumerateArray());
        Assert.Equal("Up", node.GetProperty("status").GetString());
        Assert.True(node.GetProperty("isLeader").GetBoolean());
        var presence = picture.RootElement.GetProperty("shards").EnumerateArray()
            .Single(row => row.GetProperty("room").GetString() == "presence");
        Assert.Equal((16, 16), (presence.GetProperty("shards").GetInt32(), presence.GetProperty("entities").GetInt32()));
        Assert.Contains("NODE", (await ops.RunAsync("cluster", "show")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rebuild_says_what_it_told()
    {
        var (exit, output, _) = await ops.RunAsync("projection", "rebuild");
        Assert.Equal(0, exit);
        Assert.Matches(@"^Told \d+ events anew: \d+ teams, \d+ servers\.\n$", output);
    }

    [Theory]
    [InlineData("teams")]
    [InlineData("teams", "list")]
    [InlineData("frob")]
    [InlineData("teams", "plan")]
    [InlineData("teams", "plan", "6dd26d3f-a01d-4d5b-8a95-2f4de9b10f7a")]
    [InlineData("cluster", "show", "--all")]
    public async Task Wrong_usage_is_told_before_anything_is_sent(params string[] arguments)
    {
        using var nowhere = new TempFolder();
        var (exit, _, error) = await OpsFixture.RunInAsync(nowhere.Path, arguments);
        Assert.Equal(2, exit);
        Assert.DoesNotContain("No platform answers", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_platform_it_names_the_socket_and_the_next_step_and_still_helps()
    {
        using var nowhere = new TempFolder();
        var (exit, output, error) = await OpsFixture.RunInAsync(nowhere.Path, "cluster", "show");
        Assert.Equal((1, ""), (exit, output));
        Assert.Contains(Path.Combine(nowhere.Path, "ops.sock"), error, StringComparison.Ordinal);
        Assert.Contains("HostAtlas.Gateway serve --data", error, StringComparison.Ordinal);
        Assert.Equal(0, (await OpsFixture.RunInAsync(nowhere.Path, "help")).Exit);
    }

    [Fact]
    public void Every_verb_is_in_the_help_and_in_the_command_line()
    {
        var help = OpsVerbs.Help();
        foreach (var verb in OpsVerbs.Table)
        {
            Assert.Contains($"  {verb.Usage}", help, StringComparison.Ordinal);
            var values = verb.Parameters.SelectMany(parameter =>
                parameter.IsFlag ? [$"--{parameter.Name}"] : parameter.IsOption ? new[] { $"--{parameter.Name}", "1" } : ["1"]);
            Assert.Empty(OpsCommandLine.Build().Parse([.. verb.Name.Split(' '), .. values]).Errors);
        }
    }

    private Task<IEngineReply> AddServerAsync(TeamId team) =>
        ops.Engine.Client.AskAsync(new AddServer(team, EmbeddedEngine.NewId<ServerId>(), "web", EnrolledByKey: false, Named.Ada));
}
