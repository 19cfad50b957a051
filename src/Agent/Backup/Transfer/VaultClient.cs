using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Uplink;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Backup.Transfer;

/// <summary>
/// Puts objects to a vault and gets them from it, by ticket. Sends no credential: the ticket is one. Follows no redirect, keeps no cookie,
/// and gives up on a connection that stands still, not on one that is slow. Thread-safe.
/// </summary>
public sealed class VaultClient : IDisposable
{
    private const int ErrorMaxBytes = 4096;

    // A piece of 64 KiB a minute is about 1 KB/s: below that the line is dead.
    private static readonly TimeSpan StandstillMax = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http;
    private readonly IReadOnlyList<Uri> _origins;
    private readonly RateLimit _limit;
    private readonly TimeProvider _time;
    private readonly TlsTrust _trust;
    private long _sent;
    private volatile CertificateRefusal? _refusal;

    /// <param name="origins">The platform's address and what <c>vault_origins</c> names.</param>
    /// <param name="trust">Whose certificates are believed, for the platform and for every other vault.</param>
    /// <param name="proxy">The way out, or null.</param>
    /// <param name="limit">Holds back what is sent.</param>
    /// <param name="time">All clocks.</param>
    public VaultClient(IReadOnlyList<Uri> origins, TlsTrust trust, Uri? proxy, RateLimit limit, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(trust);
        (_origins, _trust, _limit, _time) = (origins, trust, limit, time);
        _http = new HttpClient(OutboundHandler.Make(trust, refusal => _refusal = refusal, proxy, connections: 4))
        {
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    /// <summary>Whether objects may go past the platform, to a vault that is told apart by an MD5.</summary>
    public bool MayLeadElsewhere => _origins.Count > 1;

    /// <summary>Bytes of objects sent so far, those of attempts that failed included.</summary>
    public long SentBytes => Interlocked.Read(ref _sent);

    /// <summary>Puts an object; the status of the answer.</summary>
    /// <exception cref="TicketRefusedException">The ticket is not followed.</exception>
    /// <exception cref="IOException">No answer; trying again may help.</exception>
    public async Task<HttpStatusCode> PutAsync(ObjectTicket ticket, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        using var request = Request(ticket, "PUT");
        using var watch = new Standstill(_time, StandstillMax, cancellation);
        request.Content = new LimitedContent(bytes, _limit, count =>
        {
            Interlocked.Add(ref _sent, count);
            watch.Moved();
        });
        foreach (var (name, value) in ticket.Headers)
        {
            if (name.Equals("content-length", StringComparison.OrdinalIgnoreCase)) continue;
            if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content.Headers.TryAddWithoutValidation(name, value);
        }
        using var response = await SendAsync(ticket, request, watch, cancellation).ConfigureAwait(false);
        await DrainAsync(response, watch.Token).ConfigureAwait(false);
        return response.StatusCode;
    }

    /// <summary>Gets a part of an object; how long the whole is, or null when the vault does not have it (404) or the ticket is over
    /// (401, 403).</summary>
    /// <exception cref="TicketRefusedException">The ticket is not followed.</exception>
    /// <exception cref="IOException">No answer, or not the part that was asked for.</exception>
    public async Task<(HttpStatusCode Status, long? WholeBytes)> GetAsync(
        ObjectTicket ticket, long offset, Memory<byte> into, CancellationToken cancellation)
    {
        using var request = Request(ticket, "GET");
        request.Headers.Range = new RangeHeaderValue(offset, offset + into.Length - 1);
        using var watch = new Standstill(_time, StandstillMax, cancellation);
        using var response = await SendAsync(ticket, request, watch, cancellation).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.PartialContent)
        {
            await DrainAsync(response, watch.Token).ConfigureAwait(false);
            return (response.StatusCode, response.Content.Headers.ContentRange?.Length);
        }
        if (response.Content.Headers.ContentRange is not { From: { } from, Length: { } whole } || from != offset)
            throw new IOException("The vault answered with another part of the object than it was asked for.");
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(watch.Token).ConfigureAwait(false);
            while (!into.IsEmpty)
            {
                var read = await stream.ReadAsync(into, watch.Token).ConfigureAwait(false);
                if (read == 0) return (HttpStatusCode.RequestedRangeNotSatisfiable, whole);
                watch.Moved();
                into = into[read..];
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException("The vault stopped answering.");
        }
        return (HttpStatusCode.PartialContent, whole);
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(ObjectTicket ticket, string method)
    {
        if (TicketRule.FaultOf(ticket, method, _origins) is { } fault) throw new TicketRefusedException(ticket.Name, fault);
        return new HttpRequestMessage(new HttpMethod(method), ticket.Url);
    }

    private async Task<HttpResponseMessage> SendAsync(
        ObjectTicket ticket, HttpRequestMessage request, Standstill watch, CancellationToken cancellation)
    {
        try
        {
            _refusal = null;
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, watch.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is HttpRequestException or SocketException)
        {
            // Who does not prove to be the vault is asked no second time: waiting does not make it the right one.
            var why = _refusal is { } refusal
                ? ConnectionFaults.Of(refusal, request.RequestUri!, _trust.CaFile, _time.GetUtcNow())
                : ConnectionFaults.Of(fault, request.RequestUri!, proxy: null);
            if (fault is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }
                && ConnectionFaults.NeedsAHand(why))
                throw new TicketRefusedException(ticket.Name, why.ToString());
            throw new IOException($"The vault cannot be reached: {fault.Message}", fault);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException("The vault stopped answering.");
        }
    }

    // A short answer is read so that the connection can be used again; nothing in it is believed.
    private static async Task DrainAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentLength is not (null or > ErrorMaxBytes))
            await response.Content.LoadIntoBufferAsync(ErrorMaxBytes, cancellation).ConfigureAwait(false);
    }

    /// <summary>Cancels when nothing has moved for a while.</summary>
    private sealed class Standstill : IDisposable
    {
        private readonly CancellationTokenSource _stood, _either;
        private readonly TimeSpan _most;

        public Standstill(TimeProvider time, TimeSpan most, CancellationToken cancellation)
        {
            _most = most;
            _stood = new CancellationTokenSource(most, time);
            _either = CancellationTokenSource.CreateLinkedTokenSource(_stood.Token, cancellation);
        }

        public CancellationToken Token => _either.Token;

        public void Moved()
        {
            if (!_stood.IsCancellationRequested) _stood.CancelAfter(_most);
        }

        public void Dispose()
        {
            _either.Dispose();
            _stood.Dispose();
        }
    }
}

/// <summary>A ticket that this agent does not follow.</summary>
public sealed class TicketRefusedException(Shared.Backups.ObjectName name, string why)
    : Exception($"The platform's ticket for {name} is not followed: {why}.");
