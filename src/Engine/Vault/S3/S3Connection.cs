using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Amazon.Runtime;
using Amazon.S3;

namespace HostAtlas.Engine.Vault.S3;

/// <summary>
/// The one client of an S3 server. TLS 1.3 and a certificate that proves itself, by the system's authorities or by those of a file and no
/// others; no proxy, no redirect, no cookie. The client's own checksum trailers are off: servers other than Amazon's refuse them.
/// </summary>
public sealed class S3Connection : IDisposable
{
    /// <summary>Requests at a time. Each is a connection: one that waits must not hold up thousands of questions about sizes.</summary>
    public const int RequestsAtATime = 64;

    private static readonly TimeSpan ConnectsWithin = TimeSpan.FromSeconds(10);

    private readonly HttpMessageHandler _handler;

    /// <param name="options">Checked ones.</param>
    /// <param name="between">Stands between the client and the network, e.g. a fault that a test puts in; null for nothing.</param>
    /// <param name="patience">How long it waits for answers; null for what is usual.</param>
    public S3Connection(S3Options options, Func<HttpMessageHandler, HttpMessageHandler>? between = null, S3Patience? patience = null)
    {
        patience ??= S3Patience.Usual;
        Options = options;
        var sockets = Handler(options);
        _handler = between?.Invoke(sockets) ?? sockets;
        Http = new HttpClient(_handler, disposeHandler: false)
        {
            Timeout = patience.AnswersWithin,
            DefaultRequestVersion = HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        Client = new AmazonS3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey), new AmazonS3Config
        {
            ServiceURL = options.Endpoint.GetLeftPart(UriPartial.Authority),
            AuthenticationRegion = options.Region,
            ForcePathStyle = options.PathStyle,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = patience.Retries,
            Timeout = patience.AnswersWithin,
            AllowAutoRedirect = false,
            HttpClientFactory = new OneClient(Http),
        });
    }

    /// <summary>What it was made of.</summary>
    public S3Options Options { get; }

    /// <summary>The server with the platform's rights.</summary>
    public AmazonS3Client Client { get; }

    /// <summary>The server with no rights but those that a ticket brings.</summary>
    public HttpClient Http { get; }

    /// <inheritdoc />
    public void Dispose()
    {
        Client.Dispose();
        Http.Dispose();
        _handler.Dispose();
    }

    private static SocketsHttpHandler Handler(S3Options options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = ConnectsWithin,
            MaxConnectionsPerServer = RequestsAtATime,
            // A name may lead elsewhere tomorrow.
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            SslOptions = new SslClientAuthenticationOptions { EnabledSslProtocols = SslProtocols.Tls13 },
        };
        if (options.CaFile is not { } file) return handler;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(file);
        handler.SslOptions.CertificateChainPolicy = policy;
        return handler;
    }

    private sealed class OneClient(HttpClient client) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => client;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;
    }
}

/// <summary>How long a client waits for its S3 server.</summary>
/// <param name="AnswersWithin">Of one attempt, until its answer begins: 32 MiB must get through a slow line in it.</param>
/// <param name="Retries">Attempts besides the first, with growing pauses.</param>
public sealed record S3Patience(TimeSpan AnswersWithin, int Retries)
{
    /// <summary>In service.</summary>
    public static S3Patience Usual { get; } = new(TimeSpan.FromSeconds(100), 3);
}
