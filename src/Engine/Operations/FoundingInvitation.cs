using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Operations;

/// <summary>Standard output as the founding invitation uses it.</summary>
/// <param name="Out">Where to print.</param>
/// <param name="IsTerminal">Whether a person reads it now; a log file must never hold a token.</param>
public sealed record OperatorConsole(TextWriter Out, bool IsTerminal);

/// <summary>
/// While nobody has founded a team, <c>DATA/invitation</c> holds an invitation that does. It is there before the platform listens, is kept
/// over restarts, replaced when it expires and deleted as soon as a team exists. Starts after the projection has caught up: the tables say
/// whether there is a team.
/// </summary>
internal sealed class FoundingInvitation(
    EngineOptions options, PlatformKeys keys, IProjectionStore store, TimeProvider time, OperatorConsole console, IServiceProvider provider,
    ILogger<FoundingInvitation> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan InspectEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly InvitationFile _file = new(options.DataDirectory);
    private DateTimeOffset _inspectAt;
    private string? _shown;

    /// <inheritdoc />
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        if (!await TryLookAsync(patience.Token).ConfigureAwait(false)) await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            if (await TryLookAsync(stoppingToken).ConfigureAwait(false)) return;
        }
    }

    /// <summary>True when a team exists and nothing is left to do.</summary>
    private async Task<bool> TryLookAsync(CancellationToken cancellation)
    {
        try
        {
            return await LookAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            log.LogWarning(fault, "{File} could not be brought up to date; it is tried again.", _file.FullPath);
            return false;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<bool> LookAsync(CancellationToken cancellation)
    {
        if (await store.AnyTeamAsync(cancellation).ConfigureAwait(false))
        {
            _file.Delete();
            return true;
        }
        if (time.GetUtcNow() < _inspectAt) return false;
        // Resolved here and not in the constructor: an engine client wakes the actor system, which has its own turn to start.
        var engine = (EngineClient)provider.GetService(typeof(EngineClient))!;
        switch (await InspectAsync(engine, cancellation).ConfigureAwait(false))
        {
            case Standing.TeamExists:
                _file.Delete();
                return true;
            case Standing.Unknown:
                return false;
            case Standing.Worthless:
                var issuer = (InvitationIssuer)provider.GetService(typeof(InvitationIssuer))!;
                var (issued, refused) = await issuer.IssueFoundingAsync(Author.Platform, cancellation).ConfigureAwait(false);
                if (issued is null)
                {
                    log.LogWarning("No founding invitation could be made: {Reason}", refused!.Detail);
                    return false;
                }
                _file.Write(issued.Token);
                break;
        }
        _inspectAt = time.GetUtcNow() + InspectEvery;
        Show();
        return false;
    }

    private async Task<Standing> InspectAsync(EngineClient engine, CancellationToken cancellation)
    {
        if (_file.Read() is not { } token || !TokenForm.TryRead<InvitationId>(TokenKind.Invitation, token, keys.TokenKeys, out var claims))
            return Standing.Worthless;
        var inspect = new InspectInvitation(claims.Team, claims.Subject, TokenHash.Of(token));
        switch (await engine.AskAsync(inspect, cancellation).ConfigureAwait(false))
        {
            case InvitationOpen { Founding: true }:
                return Standing.Open;
            case InvitationOpen:
                return Standing.TeamExists;
            case Refused { Kind: RefusalKind.CredentialsRejected }:
                return Standing.Worthless;
            // Used or too old? A team that exists answers for itself, though the tables may not show it for another moment.
            case Refused { Kind: RefusalKind.InvitationSpent }:
                return await engine.AskAsync(new ListKeys(claims.Team), cancellation).ConfigureAwait(false) switch
                {
                    TeamKeys => Standing.TeamExists,
                    Refused { Kind: RefusalKind.NotFound } => Standing.Worthless,
                    _ => Standing.Unknown,
                };
            default:
                return Standing.Unknown;
        }
    }

    private void Show()
    {
        var token = _file.Read();
        if (token == _shown) return;
        _shown = token;
        console.Out.WriteLine($"No team exists yet. The invitation that founds the first one is in {_file.FullPath}");
        if (console.IsTerminal) console.Out.WriteLine(token);
        console.Out.Flush();
    }

    private enum Standing
    {
        /// <summary>It founds a team.</summary>
        Open,

        /// <summary>There is none, or it never was or no longer is one.</summary>
        Worthless,

        /// <summary>It did its work.</summary>
        TeamExists,

        /// <summary>The engine did not say.</summary>
        Unknown,
    }
}
