using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Presence;

namespace HostAtlas.Engine.Operations;

/// <summary>
/// <c>retention …</c>. An operator may have it done now instead of some time today, and no more: each server's own entity decides by its
/// own rules whether anything goes. Ids and numbers; no name of anybody's.
/// </summary>
internal static class RetentionVerbs
{
    // Of one answer: the client asks for the next servers, so that a sweep of thousands shows how far it has come.
    private const int ServersAtATime = 10;

    /// <summary>Sweeps every server, a few an answer. A server's sweep that does not finish is told, and the others go on.</summary>
    public static async Task<OpsAnswer> RunAsync(OpsPlatform platform, OpsRequest request, CancellationToken cancellation)
    {
        ServerKey? after = null;
        if (request.After is { } last)
        {
            try
            {
                after = ServerKey.Parse(last);
            }
            catch (FormatException)
            {
                return OpsAnswer.WrongUsage("after is none that this verb gave.");
            }
        }
        var isDry = request.Argument("dry-run") == "true";
        var servers = await platform.Sweeps.ServersAsync(after, ServersAtATime + 1, cancellation).ConfigureAwait(false);
        var text = new StringBuilder();
        var faults = new StringBuilder();
        foreach (var server in servers.Take(ServersAtATime))
        {
            var tally = await platform.Sweeper.SweepAsync(server, isDry, request.By, cancellation).ConfigureAwait(false);
            text.Append(request.Json ? Json(tally).ToJsonString() : Draw(tally, isDry)).Append('\n');
            if (tally.Fault is { } fault) faults.Append(CultureInfo.InvariantCulture, $"{server}: {fault}\n");
        }
        if (servers.Count == 0 && after is null && !request.Json) text.Append("No server has backups.\n");
        return new OpsAnswer(
            0, text.ToString(), faults.ToString(), servers.Count > ServersAtATime ? servers[ServersAtATime - 1].ToString() : null);
    }

    /// <summary>One line of JSON a server.</summary>
    internal static JsonObject Json(SweepTally tally)
    {
        var line = new JsonObject
        {
            ["team"] = tally.Server.Team.ToString(),
            ["server"] = tally.Server.Server.ToString(),
            ["stopped"] = AuditNames.Of(tally.Stop),
            ["expiredSnapshots"] = tally.Expired,
            ["noticedObjects"] = tally.Noticed.Objects,
            ["noticedBytes"] = tally.Noticed.Bytes,
            ["markedObjects"] = tally.Marked.Objects,
            ["markedBytes"] = tally.Marked.Bytes,
            ["deletedObjects"] = tally.Deleted.Objects,
            ["deletedBytes"] = tally.Deleted.Bytes,
            ["heldObjects"] = tally.Held.Sum.Objects,
            ["heldBytes"] = tally.Held.Sum.Bytes,
        };
        if (tally.Held.Until is { } until) line["heldUntil"] = OpsTime.Of(until);
        if (tally.Fault is { } fault) line["fault"] = fault;
        return line;
    }

    /// <summary>One line for people a server.</summary>
    internal static string Draw(SweepTally tally, bool isDry)
    {
        var stopped = AuditNames.Of(tally.Stop) is { } stop ? $"   stopped: {stop}" : "";
        var expired = string.Create(CultureInfo.InvariantCulture, $"{(isDry ? "dry run: " : "")}expired {tally.Expired} snapshots");
        var went = $"announced {Text(tally.Noticed)}   decided {Text(tally.Marked)}   deleted {Text(tally.Deleted)}";
        var held = tally.Held is { Sum.Objects: > 0, Until: { } until }
            ? $"   kept by the bucket's lock {Text(tally.Held.Sum)} until {OpsTime.Of(until)}" : "";
        return $"{tally.Server}   {expired}   {went}{held}{stopped}";
    }

    private static string Text(ObjectSum sum) => string.Create(CultureInfo.InvariantCulture, $"{sum.Objects} objects ({sum.Bytes} bytes)");
}
