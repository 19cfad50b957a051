using System.Text;

namespace HostAtlas.Gateway.Tests.AtRest;

public abstract partial class AtRestSuite
{
    // Another seed is another story; this one is told each time, so that what it found once it finds again.
    private const int Seed = 20261125, Steps = 32;

    [Fact]
    public async Task No_secret_is_found_in_any_table_journal_file_log_line_or_later_answer()
    {
        await using var platform = new PlatformAtRest(Options);
        await platform.StartAsync();
        var story = new SecretStory(platform, _planted, Seed);
        await story.TellAsync(Steps);
        AssertNothingIn(Dump().ToList());
        await platform.StopAsync();
        AssertNothingIn([.. Dump(), ("the log", Encoding.UTF8.GetBytes(platform.Log.Text))]);

        Assert.InRange(story.Shown.Count, 25, int.MaxValue);
        Assert.InRange(platform.Answers.Count, 100, int.MaxValue);
        foreach (var (what, secret, after) in story.Shown)
        {
            var later = platform.Answers.Skip(after).FirstOrDefault(answer => answer.Contains(secret, StringComparison.Ordinal));
            Assert.True(later is null, $"{what} is in a later answer:\n{later}");
        }
    }
}
