using System.Net;
using System.Text;
using HostAtlas.TestSupport.Clients;

namespace HostAtlas.EndToEnd.Tests.Cluster;

/// <summary>A browser's requests to one of the platform's processes.</summary>
internal sealed class PersonAt(HttpClient client, Uri url) : IDisposable
{
    /// <summary>The status of a request with a session's cookie or an API key.</summary>
    public async Task<HttpStatusCode> StatusAsync(HttpMethod method, string path, string? cookie = null, string? key = null)
    {
        using var answer = await SendAsync(method, path, cookie, key);
        return answer.StatusCode;
    }

    /// <summary>The body of a request that must succeed.</summary>
    public async Task<string> BodyAsync(HttpMethod method, string path, string cookie)
    {
        using var answer = await SendAsync(method, path, cookie);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>Signs in and gives the session's Cookie header.</summary>
    public async Task<string> SignInAsync(string email, string password)
    {
        using var answer = await SendAsync(
            HttpMethod.Post, "/api/session", body: $$"""{"email": "{{email}}", "password": "{{password}}"}""");
        answer.EnsureSuccessStatusCode();
        return answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    /// <summary>Opens a stream of events.</summary>
    public async Task<EventReader> ListenAsync(string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/events", UriKind.Relative));
        request.Headers.Add("Cookie", cookie);
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new EventReader(answer.EnsureSuccessStatusCode(), new StreamReader(await answer.Content.ReadAsStreamAsync()));
    }

    /// <summary>Any request.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string? cookie = null, string? key = null, string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Add("Origin", url.GetLeftPart(UriPartial.Authority));
        if (cookie is not null) request.Headers.Add("Cookie", cookie);
        if (key is not null) request.Headers.Add("Authorization", $"Bearer {key}");
        if (method != HttpMethod.Get)
        {
            // What changes something is JSON, also where nothing is said: it is how the platform tells its own pages from forms.
            request.Content = new StringContent(body ?? "{}", Encoding.UTF8);
            request.Content.Headers.ContentType = new("application/json");
        }
        return await client.SendAsync(request);
    }

    /// <inheritdoc />
    public void Dispose() => client.Dispose();
}
