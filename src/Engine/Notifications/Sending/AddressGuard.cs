using System.Net;
using System.Net.Sockets;

namespace HostAtlas.Engine.Notifications.Sending;

/// <summary>
/// Which addresses a webhook may reach: public ones and those that the operator named. The address of a webhook is a stranger's choice, and
/// the platform stands where other things listen that trust their neighbours. Pure.
/// </summary>
public sealed class AddressGuard(IReadOnlyList<IPNetwork> allowed)
{
    // Of IPv4 what IANA lists as not globally reachable, and multicast. Of IPv6 only what is handed out as global unicast is let through,
    // and of that none of the forms that carry an IPv4 address or lead nowhere.
    private static readonly IPNetwork[]
        NotPublic4 =
        [
            .. new[]
            {
                "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
                "192.0.2.0/24", "192.88.99.0/24",
                "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            }.Select(IPNetwork.Parse),
        ],
        NotPublic6 = [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(IPNetwork.Parse)];

    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");

    /// <summary>Whether a connection to it may be made.</summary>
    public bool Allows(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return allowed.Any(network => network.Contains(plain)) || IsPublic(plain);
    }

    private static bool IsPublic(IPAddress address) => address.AddressFamily switch
    {
        AddressFamily.InterNetwork => !NotPublic4.Any(network => network.Contains(address)),
        AddressFamily.InterNetworkV6 => Global6.Contains(address) && !NotPublic6.Any(network => network.Contains(address)),
        _ => false,
    };
}

/// <summary>All addresses of a receiver's name are ones that webhooks may not reach.</summary>
public sealed class AddressRefusedException : Exception
{
    /// <summary>The one text: which address it was is nothing that a stranger should learn.</summary>
    public AddressRefusedException() : base("The address is not public.")
    {
    }
}
