using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.TestSupport.Clients;

/// <summary>A person who founded a team and is signed in: makes servers and reads what they reported.</summary>
public sealed class Founder : IDisposable
{
    private readonly HttpClient _client;

    private Founder(HttpClient client, string teamId, string email, string cookie) =>
        (_client, TeamId, Email, Cookie) = (client, teamId, email, cookie);

    /// <summary>The password of every founder.</summary>
    public static string Password => "correct horse battery staple 7";

    /// <summary>The address to sign in with.</summary>
    public string Email { get; }

    /// <summary>The session's Cookie header.</summary>
    public string Cookie { get; }

    /// <summary>The founded team's id.</summary>
    public string TeamId { get; }

    /// <summary>Founds a team with the platform's first invitation, or with another one of <c>ops teams invite</c>.</summary>
    public static async Task<Founder> FoundAsync(PlatformProcess platform, string? invitation = null, string name = "Acme")
    {
        var client = platform.NewHttpClient();
        client.DefaultRequestHeaders.Add("Origin", platform.Url.ToString().TrimEnd('/'));
        invitation ??= await platform.InvitationAsync();
        // The address must differ between teams: one address is one person.
        var email = $"owner-{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(6))}@example.org";
        var body = JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["invitation"] = invitation,
            ["team"] = name,
            ["email"] = email,
            ["password"] = Password,
        });
        using var answer = await client.PostAsync(Relative("/api/setup"), Json(body));
        var text = await answer.Content.ReadAsStringAsync();
        if (answer.StatusCode != HttpStatusCode.Created) throw new InvalidOperationException(
            $"POST /api/setup answered {answer.StatusCode}: {text}");
        var cookie = answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        client.DefaultRequestHeaders.Add("Cookie", cookie);
        using var document = JsonDocument.Parse(text);
        var team = document.RootElement.GetProperty("team");
        var id = (team.ValueKind == JsonValueKind.Object ? team.GetProperty("id") : team).GetString()!;
        return new Founder(client, id, email, cookie);
    }

    /// <summary>Makes a server, whatever the answer; its status and body.</summary>
    public async Task<(HttpStatusCode Status, string Body)> TryAddServerAsync(string name)
    {
        using var answer = await _client.PostAsync(
            Relative("/api/servers"), Json(JsonSerializer.Serialize(new Dictionary<string, string> { ["name"] = name })));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Makes a server.</summary>
    public async Task<WatchedServer> AddServerAsync(string name)
    {
        var (status, body) = await TryAddServerAsync(name);
        if (status != HttpStatusCode.Created) throw new InvalidOperationException($"POST /api/servers answered {status}: {body}");
        using var document = JsonDocument.Parse(body);
        return new WatchedServer(
            document.RootElement.GetProperty("id").GetString()!, document.RootElement.GetProperty("token").GetString()!);
    }

    /// <summary>A new token of a server; its earlier ones end at once.</summary>
    public async Task<string> RotateTokenAsync(WatchedServer server)
    {
        using var answer = await _client.PostAsync(Relative($"/api/servers/{server.Id}/token"), Json("""{"overlapSeconds": 0}"""));
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"POST …/token answered {answer.StatusCode}: {text}");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.GetProperty("token").GetString()!;
    }

    /// <summary>An API key of the given scopes.</summary>
    public async Task<string> AddKeyAsync(string name, params string[] scopes)
    {
        using var answer = await _client.PostAsync(Relative("/api/keys"), Json(JsonSerializer.Serialize(new { name, scopes })));
        var text = await answer.Content.ReadAsStringAsync();
        if (answer.StatusCode != HttpStatusCode.Created) throw new InvalidOperationException(
            $"POST /api/keys answered {answer.StatusCode}: {text}");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.GetProperty("key").GetString()!;
    }

    /// <summary>Has the team told of everything by webhooks to an address; the secret that they are signed with.</summary>
    public async Task<string> TellAsync(string url)
    {
        using var answer = await _client.PutAsync(Relative("/api/notifications"), Json(JsonSerializer.Serialize(new
        {
            items = new[] { new { kind = "webhook", url, events = new[] { "*" } } },
        })));
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"PUT /api/notifications answered {answer.StatusCode}: {text}");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.GetProperty("items")[0].GetProperty("secret").GetString()!;
    }

    /// <summary>Any GET below /api, which must answer 200.</summary>
    public async Task<JsonDocument> GetAsync(string path)
    {
        using var answer = await _client.GetAsync(Relative(path));
        var text = await answer.Content.ReadAsStringAsync();
        return answer.StatusCode == HttpStatusCode.OK
            ? JsonDocument.Parse(text)
            : throw new InvalidOperationException($"GET {path} answered {answer.StatusCode}: {text}");
    }

    /// <summary>Any POST below /api, which must succeed.</summary>
    public async Task<JsonDocument> PostAsync(string path, string body)
    {
        using var answer = await _client.PostAsync(Relative(path), Json(body));
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonDocument.Parse(text)
            : throw new InvalidOperationException($"POST {path} answered {answer.StatusCode}: {text}");
    }

    /// <summary>A server's points by name, in steps of one second.</summary>
    public async Task<IReadOnlyDictionary<string,
        IReadOnlyList<Point>>> MetricsAsync(WatchedServer server, DateTimeOffset from, DateTimeOffset to,
        string? names = null)
    {
        var query = string.Create(
            CultureInfo.InvariantCulture, $"from={from.ToUnixTimeMilliseconds()}&to={to.ToUnixTimeMilliseconds()}&step=1");
        if (names is not null) query += $"&names={Uri.EscapeDataString(names)}";
        using var answer = await GetAsync($"/api/servers/{server.Id}/metrics?{query}");
        return answer.RootElement.GetProperty("series").EnumerateArray().ToDictionary(
            series => series.GetProperty("name").GetString()!,
            series => (IReadOnlyList<Point>)[.. series.GetProperty("points").EnumerateArray().Select(p => new Point(
                p[0].GetInt64(), p[1].GetDouble(), p[2].GetDouble(), p[3].GetDouble(), p[4].GetDouble()))],
            StringComparer.Ordinal);
    }

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    private static Uri Relative(string path) => new(path, UriKind.Relative);

    private static StringContent Json(string body)
    {
        var content = new StringContent(body, Encoding.UTF8);
        content.Headers.ContentType = new("application/json");
        return content;
    }
}

/// <summary>One step of a metric: [ms, min, max, mean, last].</summary>
public readonly record struct Point(long AtMs, double Min, double Max, double Mean, double Last);
