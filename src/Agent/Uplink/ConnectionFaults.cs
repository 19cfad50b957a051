using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;

namespace HostAtlas.Agent.Uplink;

/// <summary>The table from what a connection attempt ended in to words for people.</summary>
internal static class ConnectionFaults
{
    public static readonly UplinkFault AnswerTooLarge = new("answer-too-large",
        "The answer is larger than any answer of the platform", "Check url in the configuration, and what stands between");

    /// <summary>Whether waiting helps nothing: it stays as it is until somebody does something about it.</summary>
    public static bool NeedsAHand(UplinkFault fault) => fault.Code is "certificate-untrusted" or "certificate-time" or "certificate-name"
        or "certificate-invalid" or "tls-version" or "answer-too-large";

    public static UplinkFault Timeout(string where) => UplinkFault.Waiting("timeout", $"{where} did not answer in time",
        "Check the network and the platform");

    /// <summary>A refused certificate. The local clock is named when it may be the culprit.</summary>
    public static UplinkFault Of(CertificateRefusal refusal, Uri url, string? caFile, DateTimeOffset now) => refusal.Reason switch
    {
        CertificateRefusalReason.Untrusted when caFile is null => new("certificate-untrusted",
            $"No CA that this system trusts has signed the certificate of {url.Authority}",
            "When the platform made its own CA (DATA/ca.pem), copy that file here and name it with --ca FILE"),
        CertificateRefusalReason.Untrusted => new("certificate-untrusted",
            $"The CA in {caFile} has not signed the certificate of {url.Authority}",
            "Fetch ca.pem from the platform anew; if it is the right one, someone else is answering"),
        CertificateRefusalReason.Time => new("certificate-time",
            string.Create(CultureInfo.InvariantCulture,
                $"The certificate of {url.Authority} is valid from {refusal.NotBefore:u} to {refusal.NotAfter:u}, "
                + $"and this host's clock says {now.UtcDateTime:u}"),
            "A clock that is wrong is likely: set it right; otherwise the platform's certificate has to be renewed"),
        CertificateRefusalReason.Name => new("certificate-name",
            $"The certificate that answered is not made for {url.Host}",
                "Use the name the platform was started with (--url), or let it make a certificate for this one"),
        _ => new("certificate-invalid", $"The certificate of {url.Authority} is not valid for a server",
            "Have the platform's certificate checked"),
    };

    /// <summary>Anything else, by what lies at the bottom of the exception.</summary>
    public static UplinkFault Of(Exception exception, Uri url, Uri? proxy)
    {
        var where = proxy is null ? url.Authority : $"{url.Authority} (by way of {proxy.Authority})";
        if (exception is HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError })
            return new UplinkFault("proxy-refused", $"The proxy {proxy?.Authority} does not open a connection to {url.Authority}",
                "Check https_proxy, and whether the proxy permits the platform's address");
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return UplinkFault.Waiting("connection-refused", $"{where} refuses the connection",
                        "Check that the platform runs and that host and port are right");
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return UplinkFault.Waiting("name-not-found", $"The name {(proxy ?? url).Host} is not known here",
                        "Check the name and this host's DNS");
                case SocketException { SocketErrorCode: SocketError.TimedOut } or TimeoutException or OperationCanceledException:
                    return Timeout(where);
                case AuthenticationException or HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }
                    when exception.ToString().Contains("protocol version", StringComparison.OrdinalIgnoreCase):
                    return new UplinkFault("tls-version", $"{where} does not speak TLS 1.3",
                        "Only TLS 1.3 is spoken here; check what stands before the platform");
            }
        }
        return exception is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }
            ? new UplinkFault("tls-failed", $"No TLS 1.3 connection to {where}: {Bottom(exception)}",
                "Check that the address is the platform's https port")
            : UplinkFault.Waiting("connection-failed", $"No answer from {where}: {Bottom(exception)}",
                "Check the network and the platform");
    }

    private static string Bottom(Exception exception)
    {
        while (exception.InnerException is { } inner) exception = inner;
        return exception.Message.ReplaceLineEndings(" ").TrimEnd('.');
    }
}
