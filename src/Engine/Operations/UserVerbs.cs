using System.Globalization;
using System.Text.Json.Nodes;

namespace HostAtlas.Engine.Operations;

/// <summary><c>users …</c></summary>
internal static class UserVerbs
{
    /// <summary>
    /// Only the link stands on standard output, so that it can be piped to where it is needed. Whoever has it sets the password; a second
    /// factor is asked for all the same.
    /// </summary>
    public static async Task<OpsAnswer> ResetPasswordAsync(OpsPlatform platform, OpsRequest request, CancellationToken cancellation)
    {
        var (issued, refused) = await platform.Resets.IssueAsync(request.Argument("email")!, onlyOf: null, request.By, cancellation)
            .ConfigureAwait(false);
        if (refused is { Kind: RefusalKind.NotFound })
            return OpsAnswer.Failed("Nobody has this e-mail address. It is the one to sign in by.");
        if (issued is null) return OpsAnswer.Failed(refused!.Detail);
        var link = issued.LinkAt(platform.Options.Address ?? "");
        var until = issued.ExpiresAt.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
        return request.Json
            ? new OpsAnswer(0, new JsonObject
            {
                ["link"] = link,
                ["token"] = issued.Token,
                ["expiresAt"] = issued.ExpiresAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            }.ToJsonString() + "\n")
            : new OpsAnswer(0, link + "\n",
                $"Hand this link to the person only. It sets a new password once, until {until}, and ends all sessions; links made before "
                + "are worth nothing any more.\n");
    }
}
