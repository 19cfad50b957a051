using System.Net;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.EndToEnd.Tests.People;

/// <summary>Who is signed in stays signed in, and who was signed out stays out, whatever becomes of the process.</summary>
public sealed class SessionsOverRestartsTests
{
    private const string Email = "ada@example.org", First = "four quiet words here", Second = "five louder words over there";

    [Theory]
    [InlineData(PlatformStore.Sqlite)]
    [InlineData(PlatformStore.Postgresql)]
    public async Task Three_restarts_a_kill_and_a_rotation_keep_people_signed_in_and_a_reset_signs_out_for_good(PlatformStore store)
    {
        await using var platform = await PlatformProcess.StartAsync(store);
        using var ada = new PersonClient(platform);
        using var phone = new PersonClient(platform);
        Assert.Equal(HttpStatusCode.Created, (await ada.SendAsync("POST", "/api/setup",
            new { invitation = await platform.InvitationAsync(), team = "Acme", email = Email, password = First })).Status);
        Assert.Equal(HttpStatusCode.OK, (await phone.SignInAsync(Email, First)).Status);

        Assert.Equal(0, await platform.StopAsync());
        await platform.StartAgainAsync();
        await IsSignedInAsync(ada);
        await platform.KillAsync();
        await platform.StartAgainAsync();
        await IsSignedInAsync(ada);
        await platform.OpsAsync("keys", "rotate");
        await IsSignedInAsync(ada);
        await platform.KillAsync();
        await platform.StartAgainAsync();
        await IsSignedInAsync(ada);
        await IsSignedInAsync(phone);

        var link = (await platform.OpsAsync("users", "reset-password", Email)).Trim();
        Assert.StartsWith($"{platform.Url.GetLeftPart(UriPartial.Authority)}/reset#har_", link, StringComparison.Ordinal);
        using var stranger = new PersonClient(platform);
        Assert.Equal(HttpStatusCode.OK, (await stranger.SendAsync("GET", "/reset")).Status);
        var token = link.Split('#')[1];
        Assert.Equal(HttpStatusCode.NoContent, (await stranger.SendAsync("POST", "/api/reset", new { token, password = Second })).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ada.SendAsync("GET", "/api/session")).Status);
        await platform.KillAsync();
        await platform.StartAgainAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await phone.SendAsync("GET", "/api/session")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.SendAsync("POST", "/api/reset", new { token, password = First })).Status);
        Assert.Equal(HttpStatusCode.OK, (await ada.SignInAsync(Email, Second)).Status);
    }

    private static async Task IsSignedInAsync(PersonClient person)
    {
        var answer = await person.SendAsync("GET", "/api/session");
        Assert.Equal((HttpStatusCode.OK, Email), (answer.Status, answer["email"]));
    }
}
