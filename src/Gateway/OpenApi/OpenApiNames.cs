namespace HostAtlas.Gateway.OpenApi;

/// <summary>
/// Members of the description that the parts are written with. Those with <c>x-</c> are ours; where not said otherwise they stay in the
/// outcome.
/// </summary>
internal static class OpenApiNames
{
    /// <summary>In a part: the tag of all its operations. Taken out.</summary>
    public const string Tag = "x-tag";

    /// <summary>In an operation: its row of the rights table. Gives it security, X-Team, what rights are needed and the refusals.</summary>
    public const string Right = "x-operation";

    /// <summary>In an operation: slugs that it answers beside those that follow from what it is.</summary>
    public const string Problems = "x-problems";

    /// <summary>In an operation that takes the session's cookie back, whatever it answers.</summary>
    public const string TakesCookieBack = "x-takes-cookie-back";

    /// <summary>In the outcome's operations: the least role and the scopes, from the rights table.</summary>
    public const string Rights = "x-rights";

    public const string Paths = "paths", Components = "components", Responses = "responses", Headers = "headers", Security = "security",
        Parameters = "parameters", RequestBody = "requestBody";

    /// <summary>The methods of a path's item.</summary>
    public static readonly string[] Methods = ["get", "head", "post", "put", "patch", "delete"];
}
