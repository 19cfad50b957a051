using System.Diagnostics;
using System.Net;
using HostAtlas.Gateway.People.Passwords;
using HostAtlas.Gateway.Tests.People.Support;

namespace HostAtlas.Gateway.Tests.People;

/// <summary>
/// How long a refusal takes tells nothing about whether somebody has the address. On a platform of its own: so many wrong passwords make
/// the network wait for every account.
/// </summary>
public sealed class SignInTimingTests(PeopleHost host) : IClassFixture<PeopleHost>
{
    private const int Rounds = 7, Attempts = 3;

    [Fact]
    public async Task A_wrong_password_of_a_person_and_of_nobody_take_the_same_time()
    {
        // On a machine that does other things beside a series may be disturbed; a difference in the code would show in every one.
        var differences = new List<double>();
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var (known, unknown) = await MediansAsync();
            differences.Add(Math.Abs(known - unknown));
            // Answers leave in steps: a median at the edge of one falls to either side.
            if (differences[^1] < PasswordCheck.AnswerEvery.TotalMilliseconds * 1.25) return;
        }
        Assert.Fail($"The medians differ by {string.Join(", ", differences.Select(ms => $"{ms:0} ms"))}.");
    }

    [Fact]
    public async Task A_refusal_leaves_at_a_multiple_of_a_fifth_of_a_second()
    {
        var nobody = new Browser(host.Address) { Email = "nobody.at.all@example.org" };
        await nobody.SignInAsync("a guessed password");
        Assert.True(await TakeAsync(nobody) >= PasswordCheck.AnswerEvery.TotalMilliseconds - 20);
    }

    private async Task<(double Known, double Unknown)> MediansAsync()
    {
        var ann = await host.FounderAsync();
        var nobody = new Browser(host.Address) { Email = $"nobody.of.{ann.Email}" };
        var (known, unknown) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            known.Add(await TakeAsync(ann));
            unknown.Add(await TakeAsync(nobody));
        }
        return (known.Order().ElementAt(Rounds / 2), unknown.Order().ElementAt(Rounds / 2));
    }

    private static async Task<double> TakeAsync(Browser person)
    {
        var watch = Stopwatch.StartNew();
        var answer = await person.SignInAsync("a guessed password");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
        return watch.Elapsed.TotalMilliseconds;
    }
}
