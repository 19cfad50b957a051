using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Spool;
using HostAtlas.Shared.Signing;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Uplink;

/// <summary>
/// The only thing in this agent that opens a connection, and only outwards, to the one address it was given. One request at a time.
/// </summary>
public sealed class PlatformClient : IDisposable
{
    /// <summary>Most bytes of an answer's body.</summary>
    public const int AnswerMaxBytes = 64 << 10;

    /// <summary>Most bytes of an answer about backups: 5,000 names, or some ten thousand snapshots.</summary>
    public const int BackupAnswerMaxBytes = 4 << 20;

    /// <summary>From sending to the whole answer. The platform gives up on its side at 8 s.</summary>
    public static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(15);

    private const string ServersPath = "/api/servers";
    private readonly HttpClient _http;
    private readonly Uri _url;
    private readonly Uri? _proxy;
    private readonly TlsTrust _trust;
    private readonly TimeProvider _time;
    private volatile CertificateRefusal? _refusal;

    /// <summary>From sending to the whole answer, beyond what the platform was told to hold it back.</summary>
    public TimeSpan Patience { get; init; } = RequestTimeout;

    /// <summary>Makes a client of one platform; nothing is connected yet.</summary>
    public PlatformClient(Uri url, TlsTrust trust, Uri? proxy, TimeProvider time)
    {
        (_url, _trust, _proxy, _time) = (url, trust, proxy, time);
        _http = new HttpClient(OutboundHandler.Make(trust, refusal => _refusal = refusal, proxy, connections: 1))
        {
            BaseAddress = url,
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("hostatlas-agent", AgentVersion.Text));
    }

    /// <summary>Sends one batch, signed with the local clock plus the offset.</summary>
    /// <exception cref="ConnectionFaultException">No answer, or not from the platform.</exception>
    internal Task<PlatformAnswer> PostBatchAsync(AgentToken token, BatchKind kind, Guid batch, IReadOnlyList<SpoolRecord> records,
        TimeSpan offset, CancellationToken stop) =>
        SendAsync(Signed(token, kind.Path, BatchBody.Encode(BatchBody.WritePlain(kind, batch, records)), offset), AnswerMaxBytes, stop);

    /// <summary>Sends one request about backups, whose body carries a fresh id, signed like a batch.</summary>
    /// <exception cref="ConnectionFaultException">No answer, or not from the platform.</exception>
    public Task<PlatformAnswer> PostSignedAsync(AgentToken token, string path, byte[] body, TimeSpan offset, CancellationToken stop) =>
        SendAsync(Signed(token, path, body, offset), BackupAnswerMaxBytes, stop);

    /// <summary>Sends one inventory, written by <see cref="InventoryBody"/>, signed like a batch.</summary>
    /// <exception cref="ConnectionFaultException">No answer, or not from the platform.</exception>
    public Task<PlatformAnswer> PostInventoryAsync(AgentToken token, byte[] json, TimeSpan offset, CancellationToken stop) =>
        SendAsync(Signed(token, InventoryBody.Path, InventoryBody.Encode(json), offset), AnswerMaxBytes, stop);

    /// <summary>Asks for commands: the platform may hold the answer back for <paramref name="wait"/>.</summary>
    /// <exception cref="ConnectionFaultException">No answer, or not from the platform.</exception>
    public Task<PlatformAnswer> PollSignedAsync(
        AgentToken token, string path, byte[] body, TimeSpan wait, TimeSpan offset, CancellationToken stop) =>
        SendAsync(Signed(token, path, body, offset), AnswerMaxBytes, stop, wait + Patience);

    /// <summary>Makes a server with an API key of the scope servers:enroll; 201 carries a <see cref="ServerCreated"/>.</summary>
    /// <exception cref="ConnectionFaultException">No answer, or not from the platform.</exception>
    public Task<PlatformAnswer> CreateServerAsync(string apiKey, string name, CancellationToken stop) =>
        SendAsync(Request(ServersPath, apiKey,
            JsonSerializer.SerializeToUtf8Bytes(new CreateServer(name), WireJson.Default.CreateServer)), AnswerMaxBytes, stop);

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Request(string path, string bearer, byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new ByteArrayContent(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return request;
    }

    private HttpRequestMessage Signed(AgentToken token, string path, SentBody body, TimeSpan offset)
    {
        var request = Signed(token, path, body.Bytes, offset);
        if (body.Gzip) request.Content!.Headers.ContentEncoding.Add("gzip");
        return request;
    }

    private HttpRequestMessage Signed(AgentToken token, string path, byte[] body, TimeSpan offset)
    {
        var timestamp = (_time.GetUtcNow() + offset).ToUnixTimeSeconds().ToString("D10", CultureInfo.InvariantCulture);
        var request = Request(path, token.Reveal(), body);
        request.Headers.Add("X-Timestamp", timestamp);
        request.Headers.Add("X-Signature", RequestSigning.Sign(token.Reveal(), "POST", path, timestamp, body));
        return request;
    }

    private async Task<PlatformAnswer> SendAsync(
        HttpRequestMessage request, int answerMaxBytes, CancellationToken stop, TimeSpan? within = null)
    {
        _refusal = null;
        using var owned = request;
        using var timeout = new CancellationTokenSource(within ?? Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token);
        try
        {
            var started = _time.GetTimestamp();
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var roundTrip = _time.GetElapsedTime(started);
            var receivedAt = _time.GetUtcNow();
            return AnswerReading.Read(response, await ReadBoundedAsync(response, answerMaxBytes, either.Token), receivedAt, roundTrip);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw;
        }
        // The client lets a socket's own exception through when the other end is gone between the connection and the first look at it.
        catch (Exception exception)
            when (exception is HttpRequestException or SocketException or IOException or OperationCanceledException)
        {
            var fault = _refusal is { } refusal
                ? ConnectionFaults.Of(refusal, _url, _trust.CaFile, _time.GetUtcNow())
                : ConnectionFaults.Of(exception, _url, _proxy);
            throw new ConnectionFaultException(fault, exception);
        }
    }

    private static async Task<byte[]> ReadBoundedAsync(HttpResponseMessage response, int maxBytes, CancellationToken stop)
    {
        // Without a limit, whoever answers decides how much memory this host spends.
        if (response.Content.Headers.ContentLength > maxBytes) throw new ConnectionFaultException(ConnectionFaults.AnswerTooLarge);
        await using var stream = await response.Content.ReadAsStreamAsync(stop);
        var buffer = new byte[response.Content.Headers.ContentLength is { } length ? (int)length + 1 : maxBytes + 1];
        var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, stop);
        if (read > maxBytes) throw new ConnectionFaultException(ConnectionFaults.AnswerTooLarge);
        return buffer[..read];
    }
}
