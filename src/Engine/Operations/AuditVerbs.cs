using System.Text;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Operations;

/// <summary><c>audit …</c> over the socket; what needs no platform is <see cref="AuditVerifyCommand"/>.</summary>
internal static class AuditVerbs
{
    /// <summary>
    /// A page of a team's log. Whoever may open the socket may read <c>root.key</c> and with it everything, so this gives away nothing; it
    /// reads the one team that is named.
    /// </summary>
    public static async Task<OpsAnswer> ExportAsync(OpsPlatform platform, OpsRequest request, CancellationToken cancellation)
    {
        if (!ResourceId.TryParse<TeamId>(request.Argument("team"), out var team))
            return OpsAnswer.WrongUsage("TEAM-ID is a UUID in lower case with hyphens, as POST /api/setup answered it.");
        try
        {
            var page = await platform.Audit.PageAsync(team, request.After, cancellation).ConfigureAwait(false);
            if (request.After is null && page.Lines.Count == 1)
                return OpsAnswer.Failed("There is no such team, or its keys were destroyed.");
            // The team hears who has a copy; the next export shows it.
            if (request.After is null
                && await platform.Engine.AskAsync(new NoteAuditExport(team, request.By), cancellation).ConfigureAwait(false)
                    is Refused { Kind: not RefusalKind.NotFound } refused) return OpsAnswer.Failed(refused.Detail);
            return new OpsAnswer(0, string.Concat(page.Lines.Select(line => Encoding.UTF8.GetString(line))), Next: page.Next);
        }
        catch (FormatException)
        {
            return OpsAnswer.WrongUsage("The place to go on from is none of an export.");
        }
    }
}
