using System.Globalization;
using System.Text.Json;
using HostAtlas.Engine;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.Problems;

/// <summary>Writes every error of the gateway: <c>application/problem+json</c> (RFC 9457) with status and title from
/// <see cref="ProblemTable"/>.</summary>
public static class ProblemWriter
{
    /// <summary>Errors of one answer: who has made more than these reads the first ones first.</summary>
    public const int MostErrors = 20;

    /// <summary>
    /// Writes the problem. 429 and 503 always carry Retry-After, <c>timestamp-outside-window</c> always the platform's time, so that no
    /// caller
    /// can forget them. <paramref name="detail"/> is for people and names the next step; it holds no secret.
    /// </summary>
    public static Task WriteAsync(
        HttpContext http, string slug, string? detail, int? retryAfterSeconds = null, IReadOnlyList<ContentError>? errors = null,
        bool needsCode = false)
    {
        var kind = ProblemTable.Of(slug);
        var problem = new Problem
        {
            Type = ProblemSlug.TypePrefix + slug,
            Title = kind.Title,
            Status = kind.Status,
            Detail = detail,
            ServerTime = slug == ProblemSlug.TimestampOutsideWindow ? NowSeconds(http) : null,
            SecondFactor = needsCode ? "required" : null,
            Errors = errors is { Count: > MostErrors } ? [.. errors.Take(MostErrors)] : errors,
        };
        var body = JsonSerializer.SerializeToUtf8Bytes(problem, WireJson.Default.Problem);
        http.Response.StatusCode = kind.Status;
        http.Response.ContentType = "application/problem+json";
        http.Response.ContentLength = body.Length;
        // A status 401 names the scheme that would do (RFC 9110, 11.6.1). Browsers show no dialog for this one.
        if (kind.Status == StatusCodes.Status401Unauthorized) http.Response.Headers.WWWAuthenticate = "Bearer";
        if ((retryAfterSeconds ?? kind.RetryAfterSeconds) is { } seconds)
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }

    /// <summary>Writes what the engine refused.</summary>
    public static Task WriteAsync(HttpContext http, Refused refused) =>
        WriteAsync(http, RefusalMapping.SlugOf(refused.Kind), refused.Detail, refused.RetryAfterSeconds, refused.Errors);

    private static long NowSeconds(HttpContext http) =>
        http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow().ToUnixTimeSeconds();
}
