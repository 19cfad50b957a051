using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using HostAtlas.Engine;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Storage;
using HostAtlas.Gateway.Hosting;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Signing;
using HostAtlas.Shared.Tokens;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HostAtlas.Gateway.Tests.Hosting;

/// <summary>The whole platform in this process, on a folder and a port of its own: real Kestrel, real TLS, real engine, real
/// store.</summary>
public sealed class TestPlatform : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private WebApplication? _app;

    /// <summary>The data folder.</summary>
    public string Data => _folder.File("data");

    /// <summary>Where it listens.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>When a batch that the store does not take is given up.</summary>
    public TimeSpan StoreGivesUpAfter { get; init; } = new GatewayOptions().StoreGivesUpAfter;

    /// <summary>A PostgreSQL database to keep everything in; null for SQLite.</summary>
    public string? Postgres { get; init; }

    /// <summary>Replaces parts of the platform.</summary>
    public Action<IServiceCollection>? Adjust { get; init; }

    /// <summary>The platform's services.</summary>
    public IServiceProvider Services => _app!.Services;

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        _app = GatewayHost.Build(new GatewayOptions
        {
            Data = Data,
            Url = new Uri("https://127.0.0.1:0"),
            StoreGivesUpAfter = StoreGivesUpAfter,
            StoreKind = Postgres is null ? StoreKind.Sqlite : StoreKind.Postgresql,
            StoreConnection = Postgres,
        }, Adjust);
        await _app.StartAsync();
        Url = new Uri(Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }
        _folder.Dispose();
    }

    /// <summary>A client that trusts this platform's authority.</summary>
    public HttpClient NewHttpClient() => PlatformTrust.NewHttpClient(Url, Path.Combine(Data, "ca.pem"));

    /// <summary>A bare TLS connection.</summary>
    public Task<WireConnection> ConnectAsync() => WireConnection.OpenAsync(Url, PlatformTrust.Load(Path.Combine(Data, "ca.pem")));

    /// <summary>A token that this platform issued for a new server of a new team.</summary>
    public async Task<string> NewTokenAsync(bool known = true)
    {
        var (team, server) = (ResourceId.FromRandom<TeamId>(Random(16)), ResourceId.FromRandom<ServerId>(Random(16)));
        var token = TokenForm.Write(TokenKind.Agent, team, server, Random(32), Services.GetRequiredService<PlatformKeys>().TokenKey);
        if (known) Assert.IsType<Done>(
            await Services.GetRequiredService<EngineClient>().AskAsync(
                new IssueToken(team, server, TokenHash.Of(token), 0, Author.OfOperator("test"))));
        return token;
    }

    /// <summary>A signed request.</summary>
    public static HttpRequestMessage Signed(string token, byte[] body, DateTimeOffset? at = null, string path = WatchedServer.MetricsPath)
    {
        var timestamp = (at ?? TimeProvider.System.GetUtcNow()).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new ByteArrayContent(body) };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        request.Headers.Add("X-Timestamp", timestamp);
        request.Headers.Add("X-Signature", RequestSigning.Sign(token, "POST", path, timestamp, body));
        return request;
    }

    /// <summary>A body of the batch form with one report, never twice the same.</summary>
    public static byte[] NewBatch(string values = "{\"cpu\":24.5}") => Encoding.UTF8.GetBytes(
        $"{{\"batch\":\"{ResourceId.FromRandom<ServerId>(Random(16))}\","
        + $"\"reports\":[{{\"at\":{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()},\"values\":{values}}}]}}");

    private static byte[] Random(int bytes) => RandomNumberGenerator.GetBytes(bytes);
}
