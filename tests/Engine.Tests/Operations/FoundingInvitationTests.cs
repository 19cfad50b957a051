using HostAtlas.Engine.Operations;
using HostAtlas.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace HostAtlas.Engine.Tests.Operations;

public sealed class FoundingInvitationTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task It_is_there_from_the_start_is_kept_over_a_restart_is_replaced_when_it_expires_and_is_gone_once_a_team_exists()
    {
        var time = new ManualTime(Named.Noon);
        await using var engine = await EmbeddedEngine.StartAsync(time);
        var path = Path.Combine(engine.Folder, "invitation");
        var first = await File.ReadAllTextAsync(path);
        Assert.Matches("^hai_[A-Za-z0-9_-]{107}\n$", first);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

        await engine.StopAsync();
        await engine.StartAgainAsync();
        Assert.Equal(first, await File.ReadAllTextAsync(path));

        time.Advance(TimeSpan.FromHours(25));
        var second = await Poll.ForAsync("a fresh invitation", Soon, async () =>
            await File.ReadAllTextAsync(path) is var text && text != first ? text : null);

        await OpsFixture.FoundAsync(engine, second.Trim());
        await Poll.UntilAsync("the end of the file", Soon, () => Task.FromResult(!File.Exists(path)));
        await engine.StopAsync();
        await engine.StartAgainAsync();
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task A_file_that_is_worth_nothing_is_replaced_at_the_start_and_one_that_did_its_work_is_taken_away()
    {
        await using var engine = await EmbeddedEngine.StartAsync();
        var path = Path.Combine(engine.Folder, "invitation");
        var first = await File.ReadAllTextAsync(path);

        await engine.StopAsync();
        await File.WriteAllTextAsync(path, "hai_" + new string('A', 107) + "\n");
        await File.WriteAllTextAsync(path + ".new", "half of one");
        await engine.StartAgainAsync();
        var second = await File.ReadAllTextAsync(path);
        Assert.NotEqual(first, second);
        Assert.StartsWith("hai_", second, StringComparison.Ordinal);

        // Killed between the founding and the deletion.
        await OpsFixture.FoundAsync(engine, second.Trim());
        await engine.StopAsync();
        await File.WriteAllTextAsync(path, second);
        await engine.StartAgainAsync();
        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_path_is_always_printed_and_the_text_only_to_a_terminal(bool isTerminal)
    {
        using var output = new StringWriter();
        await using var engine = await EmbeddedEngine.StartAsync(
            adjust: services => services.AddSingleton(new OperatorConsole(output, isTerminal)));
        var path = Path.Combine(engine.Folder, "invitation");
        var printed = output.ToString();
        Assert.Contains(path, printed, StringComparison.Ordinal);
        Assert.Equal(isTerminal, printed.Contains((await File.ReadAllTextAsync(path)).Trim(), StringComparison.Ordinal));
    }
}
