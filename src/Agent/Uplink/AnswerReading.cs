using System.Text.Json;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Uplink;

/// <summary>From an HTTP answer to a <see cref="PlatformAnswer"/>. The other end is not trusted to write JSON, dates or short
/// lines.</summary>
internal static class AnswerReading
{
    private const int DetailMaxLength = 300;

    public static PlatformAnswer Read(HttpResponseMessage response, byte[] body, DateTimeOffset receivedAt, TimeSpan roundTrip)
    {
        var problem = (int)response.StatusCode >= 400 ? ReadProblem(body) : null;
        var platformUnixSeconds = problem?.ServerTime ?? response.Headers.Date?.ToUnixTimeSeconds();
        return new PlatformAnswer
        {
            Status = (int)response.StatusCode,
            Slug = problem?.Type is { } type && type.StartsWith(ProblemSlug.TypePrefix, StringComparison.Ordinal)
                ? type[ProblemSlug.TypePrefix.Length..] : null,
            Detail = Line(problem),
            RetryAfter = response.Headers.RetryAfter switch
            {
                { Delta: { } delta } => delta,
                { Date: { } date } => date - (response.Headers.Date ?? receivedAt),
                _ => null,
            },
            ClockReading = platformUnixSeconds is { } seconds ? ClockOffset.Measure(seconds, receivedAt, roundTrip) : null,
            SentAt = response.Headers.Date,
            Body = body,
        };
    }

    private static Problem? ReadProblem(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, WireJson.Default.Problem);
        }
        catch (JsonException)
        {
            // Not the platform's: a proxy's page, an empty body. The status alone has to do.
            return null;
        }
    }

    // One line without control characters: it ends in a log and on a terminal.
    private static string Line(Problem? problem)
    {
        if (problem is null) return "";
        var errors = string.Join("; ", problem.Errors?.Where(e => e is not null).Take(3).Select(e => $"{e.Pointer} {e.Detail}") ?? []);
        var text = string.Join(' ', new[] { problem.Detail ?? problem.Title, errors }.Where(t => !string.IsNullOrEmpty(t)));
        return new string([.. text.Take(DetailMaxLength).Select(c => char.IsControl(c) ? ' ' : c)]);
    }
}
