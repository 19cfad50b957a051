using System.Net;
using System.Text;
using System.Text.Json;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Description;

namespace HostAtlas.Gateway.Tests.People.Support;

/// <summary>A person's browser as far as the API sees it: one cookie, and the headers a page of the same origin sends.</summary>
public sealed class Browser(Uri address)
{
    /// <summary>Everybody's password.</summary>
    public const string Password = "four words in a row";

    // One pool for all browsers: cookies are kept here by hand, so that tests see the very bytes.
    private static readonly HttpClient Http =
        new(new DescribedAnswers(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }));

    /// <summary>The person's address.</summary>
    public string Email { get; set; } = "";

    /// <summary>The team the person was made for; not sent unless a call says so.</summary>
    public TeamId Team { get; set; }

    /// <summary>The session cookie's value, null without one.</summary>
    public string? Cookie { get; set; }

    /// <summary>Sent instead of the cookie when set.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Another person's view on the same platform: same address, no cookie.</summary>
    public Browser With(string apiKey) => new(address) { ApiKey = apiKey, Team = Team };

    public Task<Reply> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync("GET", path, null, headers);

    public Task<Reply> PostAsync(string path, object body, params (string Name, string Value)[] headers) =>
        SendAsync("POST", path, JsonSerializer.Serialize(body), headers);

    public Task<Reply> PatchAsync(string path, object body, params (string Name, string Value)[] headers) =>
        SendAsync("PATCH", path, JsonSerializer.Serialize(body), headers);

    public Task<Reply> DeleteAsync(string path, params (string Name, string Value)[] headers) => SendAsync("DELETE", path, null, headers);

    /// <summary>Opens a stream of events, of which the answer's head has come.</summary>
    public async Task<EventReader> ListenAsync(string? lastEventId = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, "/api/events"));
        if (ApiKey is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {ApiKey}");
        else if (Cookie is not null) request.Headers.TryAddWithoutValidation("Cookie", $"hostatlas_session={Cookie}");
        if (lastEventId is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        var answer = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(("text/event-stream", HttpStatusCode.OK), (answer.Content.Headers.ContentType?.ToString(), answer.StatusCode));
        return new EventReader(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
    }

    /// <summary>Signs in and keeps the cookie.</summary>
    public Task<Reply> SignInAsync(string password = Password) => PostAsync("/api/session", new { email = Email, password });

    /// <summary>Sends one request; <paramref name="sameOrigin"/> false leaves out what only a page of this origin sends.</summary>
    public async Task<Reply> SendAsync(
        string method, string path, string? body, IEnumerable<(string Name, string Value)> headers, bool sameOrigin = true)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, path));
        if (method != "GET")
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body ?? ""));
            if (sameOrigin) request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
            if (sameOrigin) request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", "same-origin");
        }
        if (ApiKey is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {ApiKey}");
        else if (Cookie is not null) request.Headers.TryAddWithoutValidation("Cookie", $"hostatlas_session={Cookie}");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await Http.SendAsync(request);
        var setCookie = answer.Headers.TryGetValues("Set-Cookie", out var values) ? Assert.Single(values) : null;
        if (setCookie is not null && answer.IsSuccessStatusCode)
        {
            Cookie = setCookie.Split(';')[0].Split('=')[1] is { Length: > 0 } value ? value : null;
        }
        return new Reply(
            answer.StatusCode, await answer.Content.ReadAsStringAsync(), setCookie, answer.Headers.Location?.ToString(),
            answer.Headers.RetryAfter?.ToString(), answer.Content.Headers.ContentType?.MediaType);
    }
}

/// <summary>An answer, read to its end.</summary>
public sealed record Reply(HttpStatusCode Status, string Text, string? SetCookie, string? Location, string? RetryAfter, string? ContentType)
{
    /// <summary>The body.</summary>
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    /// <summary>The problem's slug, null for other answers.</summary>
    public string? Slug => ContentType == "application/problem+json" ? this["type"][ProblemSlug.TypePrefix.Length..] : null;

    /// <summary>Status and slug, e.g. <c>404 not-found</c>.</summary>
    public string Said => $"{(int)Status} {Slug}";

    /// <summary>A string member.</summary>
    public string this[string member] => Json.GetProperty(member).GetString()!;

    /// <summary>The ids of a list's items.</summary>
    public IReadOnlyList<string> Ids => [.. Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!)];

    /// <summary>The pointers of what is wrong.</summary>
    public IReadOnlyList<string> Pointers =>
        [.. Json.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("pointer").GetString()!)];
}
