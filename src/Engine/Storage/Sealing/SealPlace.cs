using System.Buffers.Binary;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage.Sealing;

/// <summary>
/// The row and column a sealed value belongs to: all of it is associated data, so a value that somebody copies to another table, server,
/// time or list does not open there. The team is the <see cref="TeamSeal"/>'s.
/// </summary>
/// <param name="Table">The table.</param>
/// <param name="Server">The server, where the row has one.</param>
/// <param name="AtMs">The row's time in Unix milliseconds, or 0. Its day chooses the key that seals.</param>
/// <param name="Detail">What else tells rows apart: the name list's id, a sequence number; or 0.</param>
public readonly record struct SealPlace(SealedTable Table, ServerId? Server, long AtMs, long Detail)
{
    /// <summary>Bytes of the associated data: table ‖ team 16 ‖ server 16 (zeros when none) ‖ time ‖ detail, big-endian.</summary>
    public const int SizeBytes = 1 + (2 * ResourceId.SizeBytes) + (2 * sizeof(long));

    /// <summary>Writes the associated data.</summary>
    public void Write(TeamId team, Span<byte> destination)
    {
        destination[..SizeBytes].Clear();
        destination[0] = (byte)Table;
        team.Write(destination.Slice(1, ResourceId.SizeBytes));
        if (Server is { } server) server.Write(destination.Slice(1 + ResourceId.SizeBytes, ResourceId.SizeBytes));
        BinaryPrimitives.WriteInt64BigEndian(destination[(1 + (2 * ResourceId.SizeBytes))..], AtMs);
        BinaryPrimitives.WriteInt64BigEndian(destination[(1 + (2 * ResourceId.SizeBytes) + sizeof(long))..], Detail);
    }
}
