using HostAtlas.Shared.Ids;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>Columns as the engine's own types.</summary>
internal static class ReaderColumns
{
    /// <summary>Unix milliseconds, or null.</summary>
    public static long? Ms(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    /// <summary>A column of Unix milliseconds as a time, or null.</summary>
    public static DateTimeOffset? Time(this NpgsqlDataReader reader, int column) =>
        reader.Ms(column) is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null;

    /// <summary>An id; <see cref="InvalidDataException"/> when the row holds none that this platform makes.</summary>
    public static T Id<T>(this NpgsqlDataReader reader, int column) where T : struct, IResourceId<T>
    {
        var value = reader.GetGuid(column);
        return ResourceId.TryRead<T>(value.ToByteArray(bigEndian: true), out var id)
            ? id
            : throw new InvalidDataException($"{reader.GetName(column)} holds {value}, which is no id.");
    }
}
