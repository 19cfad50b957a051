using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.Tests.AtRest;

/// <summary>
/// A long random story of people, keys, tokens, sessions and invitations, told by a seed, in which every secret there is comes to be, is
/// used, sent to the wrong place, replaced and ended. Each is planted in the moment it was shown.
/// </summary>
internal sealed partial class SecretStory(PlatformAtRest platform, PlantedValues planted, int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<Person> _people = [];
    private readonly List<(string Id, string Token, Person Owner)> _servers = [];
    private readonly List<(string Id, string Key, Person Owner)> _keys = [];
    private readonly List<string> _secrets = [];

    /// <summary>Secrets that came to be, each with how many answers there were when it was shown.</summary>
    public List<(string What, string Secret, int ShownAfter)> Shown { get; } = [];

    /// <summary>Tells so many steps of it.</summary>
    public async Task TellAsync(int steps)
    {
        for (var i = 0; i < 3; i++) await FoundAsync();
        Func<Task>[] turns =
        [
            FoundAsync, JoinAsync, AddServerAsync, AddServerAsync, RotateTokenAsync, AddKeyAsync, AddKeyAsync, RevokeKeyAsync,
            RotateKeyAsync, SetChannelAsync, ChangePasswordAsync, TakeSecondFactorAsync, ResetPasswordAsync, SignInAsync, SignInAsync,
            SignOutAsync, ReportAsync, ReadAsync, ReadAsync, SendToWrongPlacesAsync, SendToWrongPlacesAsync,
        ];
        // Each turn once at least, then as the seed has it.
        foreach (var turn in turns) await turn();
        for (var i = turns.Length; i < steps; i++) await turns[_random.Next(turns.Length)]();
    }

    private async Task FoundAsync() => await SignUpAsync(NewId<TeamId>(), TeamRole.Owner);

    private async Task JoinAsync() => await SignUpAsync(Any(_people.Where(person => person.Role == TeamRole.Owner)).Team, TeamRole.Member);

    private async Task SignUpAsync(TeamId team, TeamRole role)
    {
        var invitation = await platform.InviteAsync(team, role);
        Show("an invitation", invitation);
        var password = NewPassword();
        var email = $"story-{Convert.ToHexStringLower(Bytes(5))}@example.org";
        var cookie = await platform.SetUpAsync(invitation, "Story " + email, email, password);
        ShowSession(cookie);
        _people.Add(new Person(team, role, email) { Password = password, Cookie = cookie });
    }

    private async Task SignInAsync()
    {
        var person = Any(_people);
        // The session before goes on or ends, as people's browsers have it.
        await BeginSessionAsync(person, _random.Next(2) == 0 ? person.Cookie : null);
    }

    private async Task BeginSessionAsync(Person person, string? before)
    {
        var (_, text, cookie) = await platform.SendAsync(
            HttpMethod.Post, "/api/session", new { email = person.Email, password = person.Password, code = person.NextCode() }, before);
        Assert.True(cookie is not null, text);
        ShowSession(cookie);
        person.Cookie = cookie;
    }

    private async Task SignOutAsync()
    {
        var person = Any(_people);
        if (person.Cookie is null) return;
        await platform.MustAsync(HttpMethod.Delete, "/api/session", new { }, person.Cookie);
        person.Cookie = null;
    }

    private async Task AddServerAsync()
    {
        var owner = await SignedInOwnerAsync();
        var (status, text, _) = await platform.SendAsync(
            HttpMethod.Post, "/api/servers", new { name = "server " + _servers.Count }, owner.Cookie);
        if ((int)status == 403) return; // The plan is full.
        var made = System.Text.Json.JsonDocument.Parse(text).RootElement;
        var token = made.GetProperty("token").GetString()!;
        Show("an agent token", token);
        _servers.Add((made.GetProperty("id").GetString()!, token, owner));
    }

    private async Task RotateTokenAsync()
    {
        var (id, token, owner) = Any(_servers);
        await SignInAgainAsync(owner);
        var rotated = (await platform.MustAsync(
            HttpMethod.Post, $"/api/servers/{id}/token", new { overlapSeconds = _random.Next(2) * 60 }, owner.Cookie))
            .GetProperty("token").GetString()!;
        Show("a rotated agent token", rotated);
        _servers[_servers.IndexOf((id, token, owner))] = (id, rotated, owner);
    }

    private async Task AddKeyAsync()
    {
        var owner = await SignedInOwnerAsync();
        var key = await platform.MustAsync(
            HttpMethod.Post, "/api/keys", new { name = "key " + _keys.Count, scopes = new[] { "read", "write" } }, owner.Cookie);
        Show("an API key", key.GetProperty("key").GetString()!);
        _keys.Add((key.GetProperty("id").GetString()!, key.GetProperty("key").GetString()!, owner));
    }

    private async Task RevokeKeyAsync()
    {
        if (_keys.Count == 0) return;
        var (id, key, owner) = Any(_keys);
        await SignInAgainAsync(owner);
        await platform.MustAsync(HttpMethod.Delete, $"/api/keys/{id}", new { }, owner.Cookie);
        _keys.Remove((id, key, owner));
    }

    private async Task ReportAsync()
    {
        if (_servers.Count == 0) return;
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await platform.ReportAsync(Any(_servers).Token, now, ("cpu", _random.NextDouble()));
    }

    private async Task ReadAsync()
    {
        var person = Any(_people);
        await SignInAgainAsync(person);
        string[] paths = ["/api/session", "/api/teams", "/api/servers?limit=200", "/api/keys?limit=200"];
        foreach (var path in paths) await platform.SendAsync(HttpMethod.Get, path, null, person.Cookie);
        if (_servers.Count > 0) await platform.SendAsync(HttpMethod.Get, $"/api/servers/{Any(_servers).Id}/metrics", null, person.Cookie);
        if (_keys.Count == 0) return;
        await platform.SendAsync(HttpMethod.Get, "/api/servers", headers: ("Authorization", "Bearer " + Any(_keys).Key));
    }

    /// <summary>What people and programs do by mistake: the platform must neither answer nor write down what it was.</summary>
    private async Task SendToWrongPlacesAsync()
    {
        var (secret, person) = (Any(_secrets), Any(_people));
        await SignInAgainAsync(person);
        var text = Uri.EscapeDataString(secret);
        await platform.SendAsync(HttpMethod.Get, $"/api/servers/{text}", null, person.Cookie);
        await platform.SendAsync(HttpMethod.Get, $"/api/servers?cursor={text}", null, person.Cookie);
        await platform.SendAsync(HttpMethod.Get, $"/api/servers?limit={text}", null, person.Cookie);
        await platform.SendAsync(HttpMethod.Get, $"/{text}", null, person.Cookie);
        await platform.SendAsync(HttpMethod.Get, "/api/servers", null, person.Cookie, ("X-Team", secret));
        await platform.SendAsync(HttpMethod.Get, "/api/servers", headers: ("Authorization", "Bearer " + secret + "A"));
        await platform.SendAsync(HttpMethod.Get, "/api/session", headers: ("Cookie", $"hostatlas_session={text}"));
        await platform.SendAsync(HttpMethod.Post, "/api/session", new { email = secret, password = "wrong" });
        await platform.SendAsync(HttpMethod.Post, "/api/session", new { email = person.Email, password = secret + " " });
        await platform.SendAsync(HttpMethod.Post, "/api/keys", new { name = "", scopes = new[] { secret } }, person.Cookie);
        var wish = new { invitation = secret + "A", email = "x@example.org", password = secret };
        await platform.SendAsync(HttpMethod.Post, "/api/setup", wish);
    }

    private async Task<Person> SignedInOwnerAsync()
    {
        var owner = Any(_people.Where(person => person.Role == TeamRole.Owner));
        await SignInAgainAsync(owner);
        return owner;
    }

    private async Task SignInAgainAsync(Person person)
    {
        if (person.Cookie is null
            || (await platform.SendAsync(HttpMethod.Get, "/api/session", null, person.Cookie)).Status != System.Net.HttpStatusCode.OK)
        {
            await BeginSessionAsync(person, before: null);
        }
    }

    /// <summary>A token of the protocol's form: its text, its secret part, both halves of that, its tag and its hash.</summary>
    private void Show(string what, string token)
    {
        planted.Text(what, token);
        planted.Bytes($"{what}'s hash", SHA256.HashData(Encoding.ASCII.GetBytes(token)));
        var bytes = Base64Url.DecodeFromChars(token.AsSpan(4));
        planted.Bytes($"{what}'s secret, first half", bytes[32..48]);
        planted.Bytes($"{what}'s secret, second half", bytes[48..64]);
        planted.Bytes($"{what}'s tag", bytes[64..80]);
        Keep(what, token);
    }

    /// <summary>A session's cookie; its hash is what the store knows it by, and is worth nothing.</summary>
    private void ShowSession(string cookie)
    {
        planted.Text("a session", cookie);
        var bytes = Base64Url.DecodeFromChars(cookie);
        planted.Bytes("a session's first half", bytes[..16]);
        planted.Bytes("a session's second half", bytes[16..]);
        Keep("a session", cookie);
    }

    private void Keep(string what, string secret)
    {
        _secrets.Add(secret);
        Shown.Add((what, secret, platform.Answers.Count));
    }

    private T Any<T>(IEnumerable<T> all)
    {
        var list = all.ToList();
        return list[_random.Next(list.Count)];
    }

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    private static T NewId<T>() where T : struct, IResourceId<T> => ResourceId.FromRandom<T>(RandomNumberGenerator.GetBytes(16));

    private sealed record Person(TeamId Team, TeamRole Role, string Email)
    {
        public required string Password { get; set; }

        public string? Cookie { get; set; }

        /// <summary>Recovery codes that are left; none where there is no second factor.</summary>
        public Queue<string> Codes { get; } = [];

        public string? NextCode() => Codes.TryDequeue(out var code) ? code : null;
    }
}
