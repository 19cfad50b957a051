using System.Security.Cryptography;
using Akka.Actor;
using Akka.Hosting;
using HostAtlas.Engine;
using HostAtlas.Engine.Ingest;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Servers;
using HostAtlas.Gateway.Hosting;
using HostAtlas.Gateway.Ingest;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HostAtlas.Benchmarks.Hosts;

/// <summary>
/// The platform as it is started for everybody, with one part replaced: reports are accepted where they would enter the data plane, so that
/// what is measured ends there. The whole way before it is the real one: TLS, headers, token, signature, window, decoding, the shard region
/// and the server's door with its replay set.
/// </summary>
internal static class StorelessPlatform
{
    /// <summary>How many enrolments are under way at a time.</summary>
    private const int Enrolling = 64;

    /// <summary>Serves until told to stop.</summary>
    /// <param name="folder">Data folder.</param>
    /// <param name="servers">How many servers are enrolled before it says that it is ready.</param>
    /// <param name="hasDoors">
    /// False replaces the doors too, by one actor that says yes to everything: what is left is the gateway alone.
    /// </param>
    public static async Task RunAsync(string folder, int servers, bool hasDoors)
    {
        var url = new Uri($"https://127.0.0.1:{FreePort.Next()}");
        using var stub = ActorSystem.Create("stub", "akka.loglevel = WARNING");
        await using var app = GatewayHost.Build(new GatewayOptions { Data = folder, Url = url }, services =>
        {
            services.AddSingleton<IIngest, AcceptingIngest>();
            if (!hasDoors) services.AddSingleton(
                provider => ActivatorUtilities.CreateInstance<AgentGate>(provider, new EngineClient(YesToEverything(stub))));
        });
        await app.StartAsync();
        ReadyFile.Write(folder, url, await EnrolAsync(app, servers, hasDoors));
        await app.WaitForShutdownAsync();
    }

    private static async Task<string[]> EnrolAsync(WebApplication app, int servers, bool hasDoors)
    {
        var key = app.Services.GetRequiredService<PlatformKeys>().TokenKey;
        var engine = app.Services.GetRequiredService<EngineClient>();
        var team = New<TeamId>();
        var tokens = new string[servers];
        await Parallel.ForAsync(0, servers, new ParallelOptions { MaxDegreeOfParallelism = Enrolling }, async (i, cancellation) =>
        {
            var server = New<ServerId>();
            tokens[i] = TokenForm.Write(TokenKind.Agent, team, server, RandomNumberGenerator.GetBytes(TokenForm.SecretBytes), key);
            if (!hasDoors) return;
            var reply = await engine.AskAsync(
                new IssueToken(team, server, TokenHash.Of(tokens[i]), OverlapSeconds: 0, Author.OfOperator("test")), cancellation);
            if (reply is not Done) throw new InvalidOperationException($"A server could not be enrolled: {reply}");
        });
        return tokens;
    }

    private static ActorRegistry YesToEverything(ActorSystem system)
    {
        var registry = ActorRegistry.For(system);
        registry.Register<ServerRegion>(system.ActorOf(Props.Create(() => new YesDoor())));
        return registry;
    }

    private static T New<T>() where T : struct, IResourceId<T> =>
        ResourceId.FromRandom<T>(RandomNumberGenerator.GetBytes(ResourceId.SizeBytes));

    /// <summary>Takes each batch for stored at once, door and sender told in the stream's order.</summary>
    private sealed class AcceptingIngest : IIngest
    {
        public bool TryOffer(IngestItem item)
        {
            item.Door.Tell(new BatchCommitted(item.Signature, item.WhenStored));
            item.Sender.Tell(item.WhenStored);
            return true;
        }
    }

    private sealed class YesDoor : ReceiveActor
    {
        public YesDoor() => Receive<AgentRequest>(_ => Sender.Tell(new MetricsStored(1, 1, 0)));
    }
}
