using HostAtlas.Engine;
using HostAtlas.Gateway.Problems;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.People;

/// <summary>An answer that says no, as <c>application/problem+json</c>. The detail is for people and names the next step.</summary>
internal sealed record Failure(
    string Slug, string Detail, int? RetryAfterSeconds = null, IReadOnlyList<ContentError>? Errors = null,
    bool NeedsCode = false) : Answer
{
    /// <summary>What a team has not: the same for an id of nobody, of another team, and for what is no id at all.</summary>
    public static readonly Failure NotFound = new(ProblemSlug.NotFound, "There is no such thing in this team.");

    /// <summary>None of one's own sessions: the same for another's, for one that has ended, and for what is no id at all.</summary>
    public static readonly Failure NoSuchSession = new(ProblemSlug.NotFound, "You have no such session.");

    /// <summary>Nobody is signed in.</summary>
    public static readonly Failure SignInRequired = new(ProblemSlug.SignInRequired, "Sign in with POST /api/session, or send an API key.");

    /// <summary>Not from a page of this origin.</summary>
    public static readonly Failure CrossSite = new(
        ProblemSlug.CrossSiteRefused,
        "Send Content-Type: application/json, and Sec-Fetch-Site: same-origin or an Origin equal to this host. "
        + "Programs use an API key instead.");

    /// <summary>The credential is none of this platform's, or no longer valid.</summary>
    public static readonly Failure CredentialsRejected = new(ProblemSlug.CredentialsRejected, "The credentials were not accepted.");

    /// <summary>All is right but that a code of the second factor is missing.</summary>
    public static readonly Failure CodeNeeded = new(
        ProblemSlug.CredentialsRejected, "Send the code of the authenticator app, or a recovery code.", NeedsCode: true);

    /// <summary>Content of the right form that cannot be taken.</summary>
    public static Failure Invalid(params IReadOnlyList<ContentError> errors) =>
        new(ProblemSlug.InvalidContent, "The request carries something that cannot be taken; see the errors.", Errors: errors);

    /// <summary>The engine's refusal.</summary>
    public static Failure Of(Refused refused) => refused.Kind == RefusalKind.NotFound
        ? NotFound
        : new(RefusalMapping.SlugOf(refused.Kind), refused.Detail, refused.RetryAfterSeconds, refused.Errors,
            refused.Kind == RefusalKind.SecondFactorRequired);

    /// <summary>The reply that was expected, or the answer to a refusal.</summary>
    public static Step<T> Unless<T>(IEngineReply reply) where T : class, IEngineReply => reply switch
    {
        T expected => expected,
        Refused refused => Of(refused),
        _ => throw new InvalidOperationException($"The engine answered {reply.GetType().Name} where {typeof(T).Name} is expected."),
    };

    /// <inheritdoc />
    public override Task WriteAsync(HttpContext http) => ProblemWriter.WriteAsync(http, Slug, Detail, RetryAfterSeconds, Errors, NeedsCode);
}
