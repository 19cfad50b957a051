using System.Globalization;
using System.Net;
using HostAtlas.Gateway.Ingest;

namespace HostAtlas.Gateway.People.Passwords;

/// <summary>The network a request came from (IPv4 /32, IPv6 /64: what one subscriber holds), as the text that buckets and people's
/// entities know it by.</summary>
internal readonly record struct SourceNetwork(string Name)
{
    /// <summary>That of an address.</summary>
    public static SourceNetwork Of(IPAddress? address) =>
        new(FailedCredentials.NetworkOf(address).ToString("x", CultureInfo.InvariantCulture));

    /// <inheritdoc />
    public override string ToString() => Name;
}
