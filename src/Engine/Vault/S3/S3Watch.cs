using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Vault.S3;

/// <summary>
/// Looks at the bucket when the platform starts and attacks its own tickets; until both are done, and as long as an attack gets through,
/// tickets to put lead to the gateway. A server that is away holds up nothing else: it is asked again, as is one that an operator may be
/// mending.
/// </summary>
internal sealed partial class S3Watch(S3Connection connection, VaultStanding standing, TimeProvider time, ILogger<S3Watch> log)
    : BackgroundService
{
    private static readonly TimeSpan WhileAway = TimeSpan.FromSeconds(30), WhileUnsafe = TimeSpan.FromMinutes(10);

    /// <summary>Looks once and tells the standing. <see cref="IOException"/>: the server is away, or refuses what is honest.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        var notes = await new BucketPreparation(connection).PrepareAsync(cancellation).ConfigureAwait(false);
        var attack = new S3SelfAttack(connection, time);
        var attacks = await attack.RunAsync(cancellation).ConfigureAwait(false);
        if (!attack.TagIsMd5)
            notes = [.. notes, "The server's ETags are no MD5: whether it kept what was sent is told by size alone."];
        var through = attacks.Where(tried => tried.Succeeded).Select(tried => tried.Name).ToList();
        standing.Route = new VaultRoute(through.Count == 0, through.Count == 0
            ? $"The S3 server refused all of {attacks.Count} attacks with the platform's own ticket."
            : $"The S3 server let through with the platform's own ticket: {string.Join(", ", through)}. Objects go through the gateway.")
        {
            Attacks = attacks,
            Notes = notes,
        };
        if (through.Count == 0) LogDirect(log, connection.Options, standing.Route.Why);
        else LogDetour(log, connection.Options, standing.Route.Why);
        foreach (var note in notes) LogNote(log, connection.Options, note);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = WhileUnsafe;
            try
            {
                await LookAsync(stoppingToken).ConfigureAwait(false);
                if (standing.Route.IsDirect) return;
            }
            catch (IOException fault)
            {
                standing.Route = new VaultRoute(false, fault.Message);
                LogAway(log, connection.Options, fault.Message);
                pause = WhileAway;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(LogLevel.Information, "The vault is {Bucket}. {Why} Objects go straight to it.")]
    private static partial void LogDirect(ILogger log, S3Options bucket, string why);

    [LoggerMessage(LogLevel.Error, "The vault is {Bucket}. {Why}")]
    private static partial void LogDetour(ILogger log, S3Options bucket, string why);

    [LoggerMessage(LogLevel.Warning, "The vault {Bucket}: {Note}")]
    private static partial void LogNote(ILogger log, S3Options bucket, string note);

    [LoggerMessage(LogLevel.Error, "The vault {Bucket} cannot be used yet and is asked again in 30 seconds. {Why}")]
    private static partial void LogAway(ILogger log, S3Options bucket, string why);
}
