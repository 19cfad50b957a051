using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;

namespace HostAtlas.Gateway.Watch;

/// <summary>What can go wrong between a person's terminal and the platform, in words that name the next step.</summary>
internal static class ConnectionFaults
{
    /// <summary>One sentence; null for a fault that is none of these, which must not be swallowed.</summary>
    public static string? Explain(Exception fault, Uri url) => fault switch
    {
        PlatformRefusedException refused => refused.Message,
        HttpRequestException { InnerException: AuthenticationException } =>
            $"the certificate of {url} is not trusted. Name the platform's ca.pem with --ca, or check that this is the right address.",
        HttpRequestException { InnerException: SocketException socket } =>
            $"{url} cannot be reached: {socket.Message}. Is the platform running?",
        HttpRequestException => $"the connection to {url} broke: {fault.Message}",
        TaskCanceledException => $"{url} did not answer within {PeopleClient.TimeoutSeconds} s.",
        JsonException or KeyNotFoundException or InvalidOperationException { Source: "System.Text.Json" } =>
            $"{url} answered something that is no HostAtlas platform's answer.",
        _ => null,
    };
}
