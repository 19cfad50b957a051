using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.TestSupport.Clients;

/// <summary>A person at a real platform, from an address of their own: loopback has sixteen million.</summary>
public sealed class PersonClient : IDisposable
{
    private readonly HttpClient _client;

    /// <param name="from">The source address, 127.x.y.z; null: whatever the system chooses.</param>
    public PersonClient(PlatformProcess platform, string? from = null)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            SslOptions = PlatformTrust.Options(platform.Url.Host, PlatformTrust.Load(Path.Combine(platform.Data, "ca.pem"))),
        };
        if (from is not null) handler.ConnectCallback = (context, cancellation) => ConnectAsync(from, context.DnsEndPoint, cancellation);
        _client = new HttpClient(handler, disposeHandler: true) { BaseAddress = platform.Url, Timeout = TimeSpan.FromSeconds(30) };
        _client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
    }

    /// <summary>The session's cookie, as the last answer gave it.</summary>
    public string? Cookie { get; set; }

    /// <summary>Sends a call and keeps the cookie that it gives.</summary>
    public async Task<PersonReply> SendAsync(string method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        if (method != "GET")
            request.Content = new StringContent(body is null ? "" : JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        if (Cookie is not null) request.Headers.Add("Cookie", $"hostatlas_session={Cookie}");
        using var answer = await _client.SendAsync(request);
        if (answer.IsSuccessStatusCode && answer.Headers.TryGetValues("Set-Cookie", out var given))
            Cookie = given.Single().Split(';')[0].Split('=')[1] is { Length: > 0 } value ? value : null;
        return new PersonReply(answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Signs in.</summary>
    public Task<PersonReply> SignInAsync(string email, string password) =>
        SendAsync("POST", "/api/session", new { email, password });

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    private static async ValueTask<Stream> ConnectAsync(string from, DnsEndPoint to, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(to.Host), to.Port), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>An answer, read to its end.</summary>
public sealed record PersonReply(HttpStatusCode Status, string Text)
{
    /// <summary>A string member of the body.</summary>
    public string this[string member] => JsonDocument.Parse(Text).RootElement.GetProperty(member).GetString()!;
}
