using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Storage;

/// <summary>Looks at each start whether the audit logs' guards stand, before anything is told to a log.</summary>
internal sealed class AuditGuardCheck(IAuditGuards guards, ILogger<AuditGuardCheck> log) : IHostedService
{
    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var guard in await guards.MendAsync(cancellationToken).ConfigureAwait(false))
            log.LogWarning(
                "The database's guard of the audit logs ({Guard}) was missing, off or altered, and was put back. Somebody with rights on "
                + "the database took it away: compare an export of each team's log with an earlier one (ops audit verify --earlier).",
                guard);
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
