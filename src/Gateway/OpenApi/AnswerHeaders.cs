using System.Text.Json.Nodes;
using HostAtlas.Gateway.Problems;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.OpenApi;

/// <summary>Headers that answers have by where they come from rather than by what they say.</summary>
/// <param name="NoStore">Below <c>/api</c> and <c>/vault</c>.</param>
/// <param name="Cookie">What becomes of the session's cookie: a header of the components, or null.</param>
internal readonly record struct AnswerHeaders(bool NoStore = false, string? Cookie = null)
{
    /// <summary>A session that is used is given anew; only calls that look at sessions do.</summary>
    public const string Renewed = "SessionRenewed", TakenBack = "SessionTakenWithProblem";

    private static readonly string[] OfEveryAnswer =
    [
        "Date", "X-Request-Id", "Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy",
        "Content-Security-Policy",
    ];

    /// <summary>Tells responses apart that differ in their headers only.</summary>
    public string Suffix => (NoStore ? ".no-store" : string.Empty) + (Cookie is null ? string.Empty : "." + Cookie);

    /// <summary>Of an answer that says yes.</summary>
    public JsonObject OfSuccess()
    {
        var headers = new JsonObject();
        foreach (var name in OfEveryAnswer) headers[name] = ProblemAnswers.Reference("headers", name);
        if (NoStore) headers["Cache-Control"] = ProblemAnswers.Reference("headers", "NoStore");
        if (Cookie is not null) headers["Set-Cookie"] = ProblemAnswers.Reference("headers", Cookie);
        return headers;
    }

    /// <summary>Of a problem.</summary>
    public JsonObject Of(int status, string[] slugs)
    {
        // A failure that nobody foresaw clears what was half written.
        var headers = (status == StatusCodes.Status500InternalServerError ? this with { Cookie = null } : this).OfSuccess();
        string[] more = status switch
        {
            StatusCodes.Status401Unauthorized => ["WWW-Authenticate"],
            StatusCodes.Status405MethodNotAllowed => ["Allow"],
            StatusCodes.Status415UnsupportedMediaType => ["Accept-Encoding"],
            _ when slugs.Any(slug => ProblemTable.Of(slug).RetryAfterSeconds is not null) => ["Retry-After"],
            _ => [],
        };
        foreach (var name in more) headers[name] = ProblemAnswers.Reference("headers", name);
        return headers;
    }
}
