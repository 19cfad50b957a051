using HostAtlas.Engine.Metrics;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.Ingest;

/// <summary>
/// The name list that a server sent last, since it sends the same one again and again: when the bytes are equal they were checked and
/// hashed before. A hint and no more: a table of places, each server at one of them by its id, the later one taking the place of the
/// earlier; whatever lies there is compared byte for byte. Bounded: 4,096 lists of at most 8 KiB; longer ones are checked each time.
/// </summary>
internal sealed class LastNames
{
    private const int Places = 4_096, LongestBytes = 8 * 1024;

    private readonly NameSet?[] _places = new NameSet?[Places];

    /// <summary>What may be the server's list; null when there is none.</summary>
    public NameSet? Of(ServerId server) => Volatile.Read(ref _places[PlaceOf(server)]);

    /// <summary>Keeps a list that was found good.</summary>
    public void Keep(ServerId server, NameSet names)
    {
        if (names.NamesUtf8.Length <= LongestBytes) Volatile.Write(ref _places[PlaceOf(server)], names);
    }

    private static int PlaceOf(ServerId server) => server.GetHashCode() & (Places - 1);
}
