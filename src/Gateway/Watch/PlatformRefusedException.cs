using System.Net;

namespace HostAtlas.Gateway.Watch;

/// <summary>The platform said no; the message is its own.</summary>
public sealed class PlatformRefusedException(string message, HttpStatusCode status) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; } = status;
}
