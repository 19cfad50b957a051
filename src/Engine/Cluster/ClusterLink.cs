using Akka.Actor;
using Akka.Cluster;
using Akka.Hosting;
using Akka.Remote;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Cluster;

/// <summary>
/// A gateway's membership of its engine's cluster. A node that has lost its engine cannot come back: the engine that starts again is a new
/// cluster, and a node is member of one in its life. So the link ends the node and starts another one on the same port, as often as it
/// takes, while the process goes on listening and answers 503. The node holds nothing that would be lost with it.
/// </summary>
internal sealed class ClusterLink(
    EngineOptions options, SeedProbe seed, Action<IHostApplicationBuilder, int> wire, TimeProvider time, ILogger<ClusterLink> log)
    : IHostedService, IEngineLink, IAsyncDisposable
{
    private static readonly TimeSpan
        LookEvery = TimeSpan.FromMilliseconds(200), TryAgain = TimeSpan.FromSeconds(1),
        NodeEndsWithin = TimeSpan.FromSeconds(5), JoinsWithin = TimeSpan.FromSeconds(15);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _port = ClusterPort.Free();
    private volatile EngineWay? _way;
    private CancellationTokenSource? _lost;
    private Task _run = Task.CompletedTask;
    private SeedAnswer? _said;
    private bool _disposed;

    /// <inheritdoc />
    public EngineWay? Way => _way;

    /// <summary>
    /// Joins in time or throws <see cref="ClusterStartException"/>; afterwards the engine may be away for as long as it likes.
    /// </summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var answer = await seed.LookAsync(cancellationToken).ConfigureAwait(false);
        while (answer == SeedAnswer.Silent && time.GetElapsedTime(began) < options.SeedPatience)
        {
            await Task.Delay(LookEvery, time, cancellationToken).ConfigureAwait(false);
            answer = await seed.LookAsync(cancellationToken).ConfigureAwait(false);
        }
        if (answer != SeedAnswer.Ours) throw new ClusterStartException(Explain(answer));
        _run = Task.Run(RunAsync, CancellationToken.None);
        try
        {
            await _joined.Task.WaitAsync(JoinsWithin + JoinsWithin, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new ClusterStartException(
                $"The engine at {options.Seed} answers, but did not take this gateway into its cluster . "
                + "Its log says why; is it the same version?");
        }
    }

    /// <summary>Takes leave of the cluster.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _run.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The container knows the link under several names and disposes it for each.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(false);
        _stopping.Dispose();
        _lost?.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await LiveAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever ends one node, the next one may do better; the process answers 503 meanwhile.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                log.LogError(fault, "This gateway's node failed; another one is started.");
                await Task.Delay(TryAgain, time, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    // One node, from its start to its end.
    private async Task LiveAsync(CancellationToken stopping)
    {
        await WaitForSeedAsync(stopping).ConfigureAwait(false);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        wire(builder, _port);
        using var node = builder.Build();
        await node.StartAsync(stopping).ConfigureAwait(false);
        var system = node.Services.GetRequiredService<ActorSystem>();
        try
        {
            await StayAsync(system, node.Services.GetRequiredService<IReadOnlyActorRegistry>(), stopping).ConfigureAwait(false);
        }
        finally
        {
            Close();
            await EndAsync(node, system, leaves: stopping.IsCancellationRequested).ConfigureAwait(false);
        }
    }

    private async Task WaitForSeedAsync(CancellationToken stopping)
    {
        for (var answer = await seed.LookAsync(stopping).ConfigureAwait(false); answer != SeedAnswer.Ours;
            answer = await seed.LookAsync(stopping).ConfigureAwait(false))
        {
            if (_said != answer) log.LogWarning("{Reason}", Explain(answer));
            _said = answer;
            await Task.Delay(TryAgain, time, stopping).ConfigureAwait(false);
        }
        _said = null;
    }

    // Returns when this node has lost the engine, or has not found it in time.
    private async Task StayAsync(ActorSystem system, IReadOnlyActorRegistry regions, CancellationToken stopping)
    {
        var cluster = Akka.Cluster.Cluster.Get(system);
        var began = time.GetTimestamp();
        var cut = new TaskCompletionSource();
        while (!system.WhenTerminated.IsCompleted && !cut.Task.IsCompleted)
        {
            if (SeesEngine(cluster))
            {
                if (_way is null)
                {
                    system.ActorOf(Props.Create(() => new CutConnection(options.Seed!.Port, cut)), "cut-connection");
                    Open(regions);
                }
            }
            else if (_way is not null || time.GetElapsedTime(began) > JoinsWithin)
            {
                return;
            }
            await Task.Delay(LookEvery, time, stopping).ConfigureAwait(false);
        }
    }

    private static bool SeesEngine(Akka.Cluster.Cluster cluster)
    {
        var state = cluster.State;
        return cluster.SelfMember.Status is MemberStatus.Up or MemberStatus.WeaklyUp
            && state.Members.Any(member => member.Status == MemberStatus.Up && member.HasRole(ClusterNode.EngineRole)
                && !state.Unreachable.Contains(member));
    }

    private void Open(IReadOnlyActorRegistry regions)
    {
        _lost?.Dispose();
        _lost = new CancellationTokenSource();
        _way = new EngineWay(regions, _lost.Token);
        _joined.TrySetResult();
        log.LogInformation("This gateway has joined the engine at {Seed}.", options.Seed);
    }

    private void Close()
    {
        if (_way is null) return;
        _way = null;
        _lost?.Cancel();
        if (!_stopping.IsCancellationRequested)
            log.LogWarning("The engine at {Seed} is gone. Requests are answered 503 until it is back.", options.Seed);
    }

    private static async Task EndAsync(IHost node, ActorSystem system, bool leaves)
    {
        if (leaves)
        {
            await node.StopAsync(CancellationToken.None).ConfigureAwait(false);
            return;
        }
        await system.Terminate().WaitAsync(NodeEndsWithin).ConfigureAwait(false);
    }

    /// <summary>
    /// Hears that the connection to the engine ended, which on one host means that the process did. Heartbeats say the same some seconds
    /// later, and whoever asks meanwhile waits for nothing.
    /// </summary>
    private sealed class CutConnection : UntypedActor
    {
        private readonly int _port;
        private readonly TaskCompletionSource _cut;

        public CutConnection(int port, TaskCompletionSource cut)
        {
            (_port, _cut) = (port, cut);
            Context.System.EventStream.Subscribe(Self, typeof(DisassociatedEvent));
        }

        protected override void OnReceive(object message)
        {
            if (message is DisassociatedEvent ended && ended.RemoteAddress.Port == _port) _cut.TrySetResult();
        }
    }

    private string Explain(SeedAnswer answer) => answer == SeedAnswer.Foreign
        ? $"What answers at {options.Seed} has not the root key of {options.DataDirectory}: it is another platform, or its root key was "
            + "rotated since the file was copied. Copy the engine's root.key again, or correct --seed."
        : $"No engine answers at {options.Seed}. Start it; the port is in the file cluster.port of its data folder (--seed).";
}
