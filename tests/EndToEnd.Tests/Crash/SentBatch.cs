using System.Text;
using HostAtlas.Shared;

namespace HostAtlas.EndToEnd.Tests.Crash;

/// <summary>
/// A batch of reports whose values say which they are: report n stands at <c>base + n seconds</c> and has the value n. So whoever reads the
/// server back sees at once what is missing, doubled or altered.
/// </summary>
internal sealed record SentBatch(Guid Id, int First, int Count)
{
    /// <summary>The metric's name.</summary>
    public const string Metric = "crash.sequence";

    /// <summary>The body in the retry-safe form.</summary>
    public byte[] Body(DateTimeOffset start)
    {
        var text = new StringBuilder($$"""{"batch":"{{Id}}","reports":[""");
        for (var n = First; n < First + Count; n++)
        {
            if (n > First) text.Append(',');
            text.Append($$$"""{"at":{{{start.AddSeconds(n).ToUnixTimeMilliseconds()}}},"values":{"{{{Metric}}}":{{{n}}}}}""");
        }
        return Encoding.UTF8.GetBytes(text.Append("]}").ToString());
    }

    /// <summary>A random version 4 uuid from the test's seeded source.</summary>
    public static Guid NewId(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return Shared.Ids.ResourceId.FromRandom<Shared.Ids.ServerId>(bytes).Value;
    }
}

/// <summary>A whole request as a thief on the host could have kept it.</summary>
/// <param name="Wire">The bytes.</param>
/// <param name="SignedAtSeconds">Its X-Timestamp.</param>
/// <param name="FirstAttempt">Whether it was the batch's first attempt, so that it alone can have stored the batch.</param>
internal sealed record CapturedRequest(byte[] Wire, long SignedAtSeconds, bool FirstAttempt)
{
    /// <summary>Whether the platform still takes its timestamp, with a few seconds to spare.</summary>
    public bool IsFresh(DateTimeOffset now) => now.ToUnixTimeSeconds() - SignedAtSeconds < Limits.WindowDefaultSeconds - 10;
}
