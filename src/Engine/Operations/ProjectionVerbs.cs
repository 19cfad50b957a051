using System.Text.Json.Nodes;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Teams;

namespace HostAtlas.Engine.Operations;

/// <summary><c>projection …</c></summary>
internal static class ProjectionVerbs
{
    /// <summary>A journal of ten million events is told in less.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    /// <summary>Rebuilds the tables and answers when they are in place.</summary>
    public static async Task<OpsAnswer> RebuildAsync(OpsPlatform platform, OpsRequest request, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        var reply = await platform.Engine.AskAsync(new RebuildProjection(), patience.Token).ConfigureAwait(false);
        if (reply is not ProjectionRebuilt rebuilt) return OpsAnswer.Failed(reply is Refused refused ? refused.Detail : $"{reply}");
        var missed = await platform.Logs.NoteAsync((team, _) => new NoteRebuild(team, request.By), cancellation).ConfigureAwait(false);
        if (missed > 0)
            return OpsAnswer.Failed(
                $"The tables are told anew, but the audit logs of {missed} teams could not take note of it.\n"
                + "Run this again: it does no harm.");
        return new OpsAnswer(0, request.Json
            ? new JsonObject { ["events"] = rebuilt.Events, ["teams"] = rebuilt.Teams, ["servers"] = rebuilt.Servers }.ToJsonString() + "\n"
            : $"Told {rebuilt.Events} events anew: {rebuilt.Teams} teams, {rebuilt.Servers} servers.\n");
    }
}
