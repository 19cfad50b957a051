using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using HostAtlas.Engine.Teams;

namespace HostAtlas.Engine.Notifications.Sending;

/// <summary>
/// Sends webhooks: https only, no redirect, no proxy, no cookie, a connection each. Where a name leads is looked at in the moment of the
/// connection, and the connection goes to the very address that was looked at. Nothing of the answer is read but its status.
/// </summary>
public sealed class WebhookSender : IDisposable
{
    /// <summary>How long an attempt may take, from the name to the answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private const int HeaderKibibytes = 16;

    private readonly AddressGuard _guard;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    /// <summary>Nothing is connected yet.</summary>
    public WebhookSender(NotificationOptions options, TimeProvider time)
    {
        (_guard, _time) = (new AddressGuard(options.AllowedNetworks), time);
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            PooledConnectionLifetime = TimeSpan.Zero,
            MaxResponseHeadersLength = HeaderKibibytes,
            MaxResponseDrainSize = 0,
            ConnectCallback = ConnectAsync,
            SslOptions = new ReceiverTrust(options.Authorities).Options(),
        })
        { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Makes one attempt. What goes wrong is an outcome; only <paramref name="cancellation"/> throws.</summary>
    public async Task<SendOutcome> SendAsync(ChannelFound channel, Message message, CancellationToken cancellation)
    {
        // The form was checked when it was set; a journal of another version is no reason to send in clear.
        if (!Uri.TryCreate(channel.Channel.Terms.Target, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttps)
            return SendOutcome.NameUnknown;
        using var patience = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        using var request = Request(address, channel, message);
        try
        {
            using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token)
                .ConfigureAwait(false);
            return SendOutcome.Answered((int)answer.StatusCode, Wished(answer.Headers.RetryAfter));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return SendOutcome.TimedOut;
        }
        catch (Exception fault) when (fault is HttpRequestException or SocketException or IOException)
        {
            return OutcomeOf(fault);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    private HttpRequestMessage Request(Uri address, ChannelFound channel, Message message)
    {
        var (body, now) = (NotificationBody.Of(message), _time.GetUtcNow());
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("HostAtlas", "1"));
        request.Headers.Add("webhook-id", message.Id);
        request.Headers.Add("webhook-timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSignature.Of(channel.Secrets, message.Id, now, body));
        return request;
    }

    private TimeSpan? Wished(RetryConditionHeaderValue? header) =>
        header?.Delta ?? (header?.Date is { } date ? date - _time.GetUtcNow() : null);

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var found = await Dns.GetHostAddressesAsync(host, cancellation).WaitAsync(cancellation).ConfigureAwait(false);
        var addresses = found.Where(_guard.Allows).ToArray();
        if (addresses.Length == 0) throw new AddressRefusedException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SendOutcome OutcomeOf(Exception fault)
    {
        for (Exception? inner = fault; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case AddressRefusedException: return SendOutcome.AddressRefused;
                case AuthenticationException: return SendOutcome.Untrusted;
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return SendOutcome.NameUnknown;
            }
        }
        return SendOutcome.NotReached;
    }
}
