using System.Net;
using System.Text.Json;

namespace HostAtlas.Gateway.Tests.Hosting;

/// <summary>What holds for every answer of the platform, asserted in one place.</summary>
internal static class Framed
{
    private static readonly (string Name, string Value)[] SecurityHeaders =
    [
        ("Strict-Transport-Security", "max-age=31536000"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "strict-origin-when-cross-origin"),
        ("Content-Security-Policy", "default-src 'self'"),
    ];

    /// <summary>Asserts the headers that every answer has.</summary>
    public static void AssertFramed(HttpResponseMessage answer)
    {
        foreach (var (name, value) in SecurityHeaders) Assert.Equal([value], answer.Headers.GetValues(name));
        Assert.Single(answer.Headers.GetValues("X-Request-Id"));
        Assert.NotNull(answer.Headers.Date);
        Assert.False(answer.Headers.Contains("Server"));
        if (answer.RequestMessage!.RequestUri!.AbsolutePath.StartsWith("/api", StringComparison.OrdinalIgnoreCase))
            Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
    }

    /// <summary>Asserts a problem of this slug and gives its body.</summary>
    public static async Task<JsonElement> AssertProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string slug)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{(int)answer.StatusCode} instead of {(int)status}: {text}");
        AssertFramed(answer);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.ToString());
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal("urn:hostatlas:problem:" + slug, problem.GetProperty("type").GetString());
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.False(problem.TryGetProperty("instance", out _) || problem.TryGetProperty("traceId", out _));
        return problem;
    }
}
