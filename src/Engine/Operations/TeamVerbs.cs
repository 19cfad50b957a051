using System.Globalization;
using System.Text.Json.Nodes;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Operations;

/// <summary><c>teams …</c></summary>
internal static class TeamVerbs
{
    /// <summary>More would be a slip of the finger; whoever means it says unlimited.</summary>
    private const int MostServers = 1_000_000;

    /// <summary>Only the token stands on standard output, so that it can be piped to where it is needed.</summary>
    public static async Task<OpsAnswer> InviteAsync(OpsPlatform platform, OpsRequest request, CancellationToken cancellation)
    {
        var (issued, refused) = await platform.Invitations.IssueFoundingAsync(request.By, cancellation).ConfigureAwait(false);
        if (issued is null) return OpsAnswer.Failed(refused!.Detail);
        var until = issued.ExpiresAt.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
        return request.Json
            ? new OpsAnswer(0, new JsonObject
            {
                ["invitation"] = issued.Token,
                ["team"] = issued.Team.ToString(),
                ["expiresAt"] = issued.ExpiresAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            }.ToJsonString() + "\n")
            : new OpsAnswer(0, issued.Token + "\n", $"This invitation founds the team {issued.Team}. It works once, until {until}.\n");
    }

    /// <summary>Sets a plan.</summary>
    public static async Task<OpsAnswer> PlanAsync(OpsPlatform platform, OpsRequest request, CancellationToken cancellation)
    {
        if (!ResourceId.TryParse<TeamId>(request.Argument("team"), out var team))
            return OpsAnswer.WrongUsage("TEAM-ID is a UUID in lower case with hyphens, as POST /api/setup answered it.");
        int? servers = null;
        var text = request.Argument("servers")!;
        if (text != "unlimited")
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > MostServers)
                return OpsAnswer.WrongUsage($"--servers is a number from 0 to {MostServers}, or unlimited.");
            servers = number;
        }
        var reply = await platform.Engine.AskAsync(new SetPlan(team, servers, request.By), cancellation).ConfigureAwait(false);
        if (reply is Refused refused) return OpsAnswer.Failed(refused.Detail);
        return new OpsAnswer(0, request.Json
            ? new JsonObject { ["team"] = team.ToString(), ["servers"] = servers }.ToJsonString() + "\n"
            : $"The team {team} may have {text} servers.\n");
    }
}
