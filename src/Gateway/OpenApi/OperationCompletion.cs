using System.Text.Json.Nodes;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.OpenApi;

/// <summary>
/// Puts into an operation what follows from what it is: who may call it, the header X-Team, headers of its answers, and the problems that
/// the way to it can end in.
/// </summary>
internal sealed class OperationCompletion(ProblemAnswers problems)
{
    private const string Session = "session", Key = "key", Agent = "agent", Ticket = "ticket";

    /// <summary>Completes one operation.</summary>
    public void Complete(string path, string method, JsonObject operation)
    {
        if (operation[OpenApiNames.Right]?.GetValue<string>() is { } right) AddRights(operation, Enum.Parse<Operation>(right));
        var callers = operation[OpenApiNames.Security]!.AsArray().SelectMany(way => way!.AsObject()).Select(way => way.Key).ToHashSet();
        if (callers.Contains(Agent)) AddParameters(operation, "timestamp", "signature", "encoding");
        var cookie = operation[OpenApiNames.TakesCookieBack] is not null ? AnswerHeaders.TakenBack
            : callers.Contains(Session) ? AnswerHeaders.Renewed : null;
        var headers = new AnswerHeaders(IsBelow(path, "/api") || IsBelow(path, "/vault"), cookie);
        var responses = operation[OpenApiNames.Responses]!.AsObject();
        foreach (var (_, response) in responses) AddHeaders(response!.AsObject(), headers);
        var own = operation[OpenApiNames.Problems]?.AsArray().Select(slug => slug!.GetValue<string>()) ?? [];
        foreach (var (status, response) in problems.Of([.. own, .. Implied(path, method, operation, callers)], headers))
        {
            if (!responses.TryAdd(status, response))
                throw new InvalidOperationException($"{method} {path} writes out {status}, which follows from its problems.");
        }
    }

    /// <summary>The problems that every operation of its kind can answer.</summary>
    private static IEnumerable<string> Implied(string path, string method, JsonObject operation, HashSet<string> callers)
    {
        yield return ProblemSlug.Internal;
        if (!IsBelow(path, "/api") && !IsBelow(path, "/vault")) yield break;
        yield return ProblemSlug.EngineBusy;
        foreach (var slug in callers switch
        {
            _ when callers.Contains(Agent) => OfAgents,
            _ when callers.Contains(Ticket) => OfTickets,
            _ => OfPeople(method, operation, callers),
        })
        {
            yield return slug;
        }
    }

    private static readonly string[] OfAgents =
    [
        ProblemSlug.MalformedRequest, ProblemSlug.CredentialsRejected, ProblemSlug.TimestampOutsideWindow, ProblemSlug.UnsupportedEncoding,
        ProblemSlug.TooLarge, ProblemSlug.InvalidContent, ProblemSlug.RequestReplayed, ProblemSlug.RateLimited,
    ];

    private static readonly string[] OfTickets = [ProblemSlug.CredentialsRejected, ProblemSlug.NotFound, ProblemSlug.RateLimited];

    private static IEnumerable<string> OfPeople(string method, JsonObject operation, HashSet<string> callers)
    {
        if (method is not ("get" or "head")) yield return ProblemSlug.CrossSiteRefused;
        if (operation[OpenApiNames.RequestBody] is not null)
        {
            yield return ProblemSlug.MalformedRequest;
            yield return ProblemSlug.TooLarge;
            yield return ProblemSlug.InvalidContent;
        }
        if (operation[OpenApiNames.Parameters]?.AsArray().Any(IsOfQuery) == true) yield return ProblemSlug.InvalidContent;
        if (callers.Contains(Session))
        {
            yield return ProblemSlug.SignInRequired;
            // A key where only a session is good, or a role or scope that is not enough.
            yield return ProblemSlug.NotPermitted;
        }
        if (operation[OpenApiNames.Right] is null) yield break;
        // An ill-formed X-Team, or none where one is needed; a team that is not one's own; a key that is none.
        yield return ProblemSlug.MalformedRequest;
        yield return ProblemSlug.NotFound;
        yield return ProblemSlug.CredentialsRejected;
        yield return ProblemSlug.RateLimited;
    }

    private static void AddRights(JsonObject operation, Operation right)
    {
        var role = Enum.GetValues<TeamRole>().Order().First(role => RightsTable.Allows(role, right));
        var scopes = WireNames.Of(Enum.GetValues<KeyScopes>().Where(scope => RightsTable.Allows(scope, right))
            .Aggregate(KeyScopes.None, (all, scope) => all | Single(scope)));
        operation[OpenApiNames.Security] = scopes.Count == 0
            ? new JsonArray(new JsonObject { [Session] = new JsonArray() })
            : new JsonArray(new JsonObject { [Session] = new JsonArray() }, new JsonObject { [Key] = new JsonArray() });
        operation[OpenApiNames.Rights] = new JsonObject
        {
            ["role"] = WireNames.Of(role),
            ["scopes"] = new JsonArray([.. scopes.Select(scope => (JsonNode)scope)]),
        };
        AddParameters(operation, "team");
    }

    // Combinations of scopes are no scopes of their own.
    private static KeyScopes Single(KeyScopes scope) => int.IsPow2((int)scope) ? scope : KeyScopes.None;

    private static void AddParameters(JsonObject operation, params string[] names)
    {
        if (operation[OpenApiNames.Parameters] is not JsonArray parameters) operation[OpenApiNames.Parameters] = parameters = [];
        foreach (var name in names) parameters.Add(ProblemAnswers.Reference("parameters", name));
    }

    private static void AddHeaders(JsonObject response, AnswerHeaders headers)
    {
        var all = headers.OfSuccess();
        if (response[OpenApiNames.Headers] is JsonObject own)
        {
            foreach (var (name, header) in own) all[name] = header!.DeepClone();
        }
        response[OpenApiNames.Headers] = all;
    }

    // cursor and limit are shared, everything else is written out.
    private static bool IsOfQuery(JsonNode? parameter) =>
        parameter!["in"]?.GetValue<string>() == "query"
        || parameter["$ref"]?.GetValue<string>() is "#/components/parameters/cursor" or "#/components/parameters/limit";

    private static bool IsBelow(string path, string prefix) => path.StartsWith(prefix + "/", StringComparison.Ordinal);
}
