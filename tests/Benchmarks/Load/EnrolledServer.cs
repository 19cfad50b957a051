using HostAtlas.Shared;
using HostAtlas.Shared.Signing;

namespace HostAtlas.Benchmarks.Load;

/// <summary>A server that was enrolled: its token and what the generator keeps beside it, as an agent does.</summary>
internal sealed class EnrolledServer
{
    private long _sent;

    /// <param name="token">Its real agent token.</param>
    /// <param name="path">The endpoint that it will sign for.</param>
    public EnrolledServer(string token, string path)
    {
        Token = token;
        RequestSigning.DeriveSecret(token, "POST", path, Secret);
    }

    /// <summary>The token.</summary>
    public string Token { get; }

    /// <summary>What signs its requests to the one path.</summary>
    public byte[] Secret { get; } = new byte[RequestSigning.SizeBytes];

    /// <summary>Counts a request. The platform remembers 3,000 signatures a server and then says 429, which would be measured.</summary>
    public void CountRequest()
    {
        if (Interlocked.Increment(ref _sent) > Limits.ReplaySetSize) throw new InvalidOperationException(
            $"Each server sent {Limits.ReplaySetSize:N0} requests, all that a platform remembers of one within 11 minutes. "
            + "Give more --servers, or fewer --rounds or --seconds.");
    }
}
