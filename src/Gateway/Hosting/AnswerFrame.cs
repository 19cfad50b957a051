using HostAtlas.Engine;
using HostAtlas.Gateway.Problems;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.Hosting;

/// <summary>
/// What is true of every answer: the security headers, a request id, no-store below <c>/api</c>, a problem for whatever failed or was not
/// answered, and nothing of an exception for strangers to read. It is the outermost middleware, so nothing can be answered around it.
/// </summary>
internal sealed class AnswerFrame(RequestDelegate next, ILogger<AnswerFrame> logger)
{
    private const string RequestIdHeader = "X-Request-Id";
    private const string ReferrerPolicy = "Referrer-Policy";

    /// <summary>Frames one request.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        var requestId = NewRequestId();
        SetHeaders(http, requestId);
        try
        {
            await next(http);
            if (!http.Response.HasStarted) await AnswerForNobodyAsync(http);
        }
        catch (BadHttpRequestException fault)
        {
            await AnswerBadRequestAsync(http, requestId, fault);
        }
        catch (Exception fault) when (http.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked has gone. What was under way may have become durable; a retry finds that out.
            logger.LogDebug(fault, "Request {RequestId} was given up by its sender.", requestId);
        }
        catch (OperationCanceledException)
        {
            // A body that came too slowly: it never became a request.
            http.Abort();
        }
        catch (Exception fault)
        {
            logger.LogError(fault, "Request {RequestId} failed: {Method} {Path}", requestId, http.Request.Method, http.Request.Path);
            await AnswerAnewAsync(
                http, requestId, ProblemSlug.Internal, "The platform failed. Its log has the reason under this X-Request-Id.");
        }
    }

    private static string NewRequestId()
    {
        Span<byte> random = stackalloc byte[8];
        RandomDraws.Fill(random);
        return Convert.ToHexStringLower(random);
    }

    private static void SetHeaders(HttpContext http, string requestId)
    {
        var headers = http.Response.Headers;
        headers.StrictTransportSecurity = "max-age=31536000";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers[ReferrerPolicy] = "strict-origin-when-cross-origin";
        headers.ContentSecurityPolicy = "default-src 'self'";
        headers[RequestIdHeader] = requestId;
        if (http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)) headers.CacheControl = "no-store";
    }

    // Routing says 404 and 405 (with Allow) by status alone; whoever answered something has set a type or a length.
    private static Task AnswerForNobodyAsync(HttpContext http) => http.Response switch
    {
        { ContentType: not null } or { ContentLength: > 0 } => Task.CompletedTask,
        { StatusCode: StatusCodes.Status404NotFound } =>
            ProblemWriter.WriteAsync(http, ProblemSlug.NotFound, "There is nothing at this address."),
        { StatusCode: StatusCodes.Status405MethodNotAllowed } =>
            ProblemWriter.WriteAsync(http, ProblemSlug.MethodNotAllowed, $"Use {http.Response.Headers.Allow}."),
        _ => Task.CompletedTask,
    };

    private static Task AnswerBadRequestAsync(HttpContext http, string requestId, BadHttpRequestException fault)
    {
        switch (fault.StatusCode)
        {
            case StatusCodes.Status413PayloadTooLarge:
                return AnswerAnewAsync(http, requestId, ProblemSlug.TooLarge, "The body is larger than what is taken here.");
            case StatusCodes.Status408RequestTimeout:
                // Slower than the least rate: it never became a request, and its sender may try again without having been refused.
                http.Abort();
                return Task.CompletedTask;
            default:
                return AnswerAnewAsync(
                    http, requestId, ProblemSlug.MalformedRequest, "The body did not arrive as its headers announced it.");
        }
    }

    private static Task AnswerAnewAsync(HttpContext http, string requestId, string slug, string detail)
    {
        if (http.Response.HasStarted)
        {
            http.Abort(); // Half an answer must not look like a whole one.
            return Task.CompletedTask;
        }
        http.Response.Clear();
        SetHeaders(http, requestId);
        return ProblemWriter.WriteAsync(http, slug, detail);
    }
}
