using System.Net;

namespace HostAtlas.Engine.Tests.Vault.S3;

/// <summary>Stands between the vault and its real server, and does to a request what a bad server or line would.</summary>
internal sealed class FaultyNetwork(HttpMessageHandler real) : DelegatingHandler(real)
{
    /// <summary>What happens to each request; null: nothing.</summary>
    public Func<HttpRequestMessage, Func<Task<HttpResponseMessage>>, CancellationToken, Task<HttpResponseMessage>>? Fault { get; set; }

    /// <summary>The server is overloaded.</summary>
    public static Task<HttpResponseMessage> Status500() => Task.FromResult(new HttpResponseMessage(HttpStatusCode.InternalServerError)
    {
        Content = new StringContent("<Error><Code>InternalError</Code></Error>"),
    });

    /// <summary>The connection is cut.</summary>
    public static Task<HttpResponseMessage> Reset() =>
        Task.FromException<HttpResponseMessage>(new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was reset."));

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Fault is { } fault ? fault(request, () => base.SendAsync(request, cancellationToken), cancellationToken)
            : base.SendAsync(request, cancellationToken);
}
