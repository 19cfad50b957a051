using System.Globalization;
using System.Text.Json;
using HostAtlas.Engine;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.People;

/// <summary>An answer that says no, as <c>application/problem+json</c>. The detail is for people and names the next step.</summary>
internal sealed record Failure(string Slug, string Detail, int? RetryAfterSeconds = null, IReadOnlyList<ContentError>? Errors = null) : Answer
{
    /// <summary>What a team has not: the same for an id of nobody, of another team, and for what is no id at all.</summary>
    public static readonly Failure NotFound = new(ProblemSlug.NotFound, "There is no such thing in this team.");

    /// <summary>Nobody is signed in.</summary>
    public static readonly Failure SignInRequired = new(ProblemSlug.SignInRequired, "Sign in with POST /api/session, or send an API key.");

    /// <summary>Not from a page of this origin.</summary>
    public static readonly Failure CrossSite = new(
        ProblemSlug.CrossSiteRefused,
        "Send Content-Type: application/json, and Sec-Fetch-Site: same-origin or an Origin equal to this host. Programs use an API key instead.");

    /// <summary>The credential is none of this platform's, or no longer valid.</summary>
    public static readonly Failure CredentialsRejected = new(ProblemSlug.CredentialsRejected, "The credentials were not accepted.");

    /// <summary>Content of the right form that cannot be taken.</summary>
    public static Failure Invalid(params IReadOnlyList<ContentError> errors) =>
        new(ProblemSlug.InvalidContent, "The request carries something that cannot be taken; see the errors.", Errors: errors);

    /// <summary>The engine's refusal.</summary>
    public static Failure Of(Refused refused) =>
        refused.Kind == RefusalKind.NotFound ? NotFound : new(SlugOf(refused.Kind), refused.Detail, refused.RetryAfterSeconds, refused.Errors);

    /// <summary>The reply that was expected, or the answer to a refusal.</summary>
    public static Step<T> Unless<T>(IEngineReply reply) where T : class, IEngineReply => reply switch
    {
        T expected => expected,
        Refused refused => Of(refused),
        _ => throw new InvalidOperationException($"The engine answered {reply.GetType().Name} where {typeof(T).Name} is expected."),
    };

    /// <inheritdoc />
    public override async Task WriteAsync(HttpContext http)
    {
        var status = StatusOf(Slug);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/problem+json";
        if (RetryAfterSeconds is { } seconds) http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var problem = new Problem { Type = ProblemSlug.TypePrefix + Slug, Title = Slug, Status = status, Detail = Detail, Errors = Errors };
        await http.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(problem, WireJson.Default.Problem), http.RequestAborted);
    }

    private static string SlugOf(RefusalKind kind) => kind switch
    {
        RefusalKind.CredentialsRejected => ProblemSlug.CredentialsRejected,
        RefusalKind.RequestReplayed => ProblemSlug.RequestReplayed,
        RefusalKind.TimestampOutsideWindow => ProblemSlug.TimestampOutsideWindow,
        RefusalKind.PlanLimitReached => ProblemSlug.PlanLimitReached,
        RefusalKind.NotPermitted => ProblemSlug.NotPermitted,
        RefusalKind.NotFound => ProblemSlug.NotFound,
        RefusalKind.Conflict => ProblemSlug.Conflict,
        RefusalKind.InvitationSpent => ProblemSlug.InvitationSpent,
        RefusalKind.InvalidContent => ProblemSlug.InvalidContent,
        RefusalKind.RateLimited => ProblemSlug.RateLimited,
        RefusalKind.EngineBusy => ProblemSlug.EngineBusy,
        _ => ProblemSlug.Internal,
    };

    private static int StatusOf(string slug) => slug switch
    {
        ProblemSlug.MalformedRequest => 400,
        ProblemSlug.CredentialsRejected or ProblemSlug.SignInRequired => 401,
        ProblemSlug.PlanLimitReached or ProblemSlug.NotPermitted or ProblemSlug.CrossSiteRefused => 403,
        ProblemSlug.NotFound => 404,
        ProblemSlug.Conflict => 409,
        ProblemSlug.InvitationSpent => 410,
        ProblemSlug.TooLarge => 413,
        ProblemSlug.InvalidContent => 422,
        ProblemSlug.RateLimited => 429,
        ProblemSlug.EngineBusy => 503,
        _ => 500,
    };
}
