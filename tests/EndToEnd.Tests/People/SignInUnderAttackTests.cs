using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;
using Xunit.Abstractions;

namespace HostAtlas.EndToEnd.Tests.People;

/// <summary>
/// Two hundred wrong sign-ins a second from two hundred addresses, half of them at the very account of the person who wants to sign in.
/// Nothing here is asked of a store that another store would answer differently: the guard stands before it.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class SignInUnderAttackTests(ITestOutputHelper output)
{
    private const string Email = "ada@example.org", Password = "four quiet words here";
    private const int Attackers = 200, Seconds = 8;
    private static readonly TimeSpan StatedTime = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task The_right_person_gets_in_from_where_they_were_before_and_from_a_new_place()
    {
        await using var platform = await PlatformProcess.StartAsync();
        using var ada = new PersonClient(platform, "127.0.0.1");
        var setUp = await ada.SendAsync("POST", "/api/setup",
            new { invitation = await platform.InvitationAsync(), team = "Acme", email = Email, password = Password });
        Assert.Equal(HttpStatusCode.Created, setUp.Status);

        var answers = new ConcurrentBag<HttpStatusCode>();
        using var stop = new CancellationTokenSource();
        var attackers = Enumerable.Range(0, Attackers).Select(i => new PersonClient(platform, $"127.0.1.{2 + i}")).ToList();
        var started = Stopwatch.StartNew();
        var cpuBefore = ProcessFigures.CpuTime(platform.Id);
        var attack = Task.WhenAll(attackers.Select((attacker, i) => AttackAsync(attacker, i, answers, stop.Token)));

        var waits = new List<TimeSpan>();
        while (started.Elapsed < TimeSpan.FromSeconds(Seconds))
        {
            waits.Add(await SignInAsync(ada));
            await Poll.UntilAsync(
                "the next second", TimeSpan.FromSeconds(2), () => Task.FromResult(started.Elapsed.TotalSeconds > waits.Count));
        }
        using var elsewhere = new PersonClient(platform, "127.0.9.9");
        var newPlace = await SignInAsync(elsewhere);
        await stop.CancelAsync();
        await attack;
        foreach (var attacker in attackers) attacker.Dispose();

        var (cpu, wall) = ((ProcessFigures.CpuTime(platform.Id) - cpuBefore).TotalSeconds, started.Elapsed.TotalSeconds);
        var hashed = answers.Count(status => status == HttpStatusCode.Unauthorized);
        output.WriteLine($"{answers.Count / wall:0} wrong sign-ins a second, {hashed} of {answers.Count} hashed; the person's took "
            + $"{string.Join(", ", waits.Select(wait => $"{wait.TotalMilliseconds:0} ms"))}, "
            + $"from a new place {newPlace.TotalMilliseconds:0} ms; "
            + $"{cpu:0.0} CPU seconds in {wall:0.0} s on {Environment.ProcessorCount} processors");
        Assert.All(waits.Append(newPlace), wait => Assert.True(wait < StatedTime, $"A sign-in took {wait}."));
        Assert.All(answers.Distinct(), status => Assert.Contains(status,
            new[] { HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable }));
        // Strangers have half of the processors for their hashes; TLS and answering two hundred calls a second cost the rest.
        Assert.True(cpu < wall * (Math.Max(1, Environment.ProcessorCount / 2) + 0.7), $"{cpu:0.0} CPU seconds in {wall:0.0} s");
        Assert.True(hashed < answers.Count * 3 / 4, "The guard let nearly everything through to the slow hash.");
    }

    private static async Task<TimeSpan> SignInAsync(PersonClient person)
    {
        var watch = Stopwatch.StartNew();
        var answer = await person.SignInAsync(Email, Password);
        Assert.True(answer.Status == HttpStatusCode.OK, $"{answer.Status} after {watch.Elapsed}: {answer.Text}");
        return watch.Elapsed;
    }

    // One wrong sign-in a second each; half at the person's account, half at accounts that nobody has.
    private static async Task AttackAsync(PersonClient attacker, int number, ConcurrentBag<HttpStatusCode> answers, CancellationToken stop)
    {
        try
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var email = number % 2 == 0 ? Email : $"nobody-{number}-{i}@example.org";
                answers.Add((await attacker.SignInAsync(email, $"a guess {i}")).Status);
                await timer.WaitForNextTickAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The attack is over.
        }
    }
}
