using System.Buffers.Binary;
using System.Text;

namespace HostAtlas.Engine.Storage.Move;

/// <summary>Rows as bytes that are the same on both sides exactly when the rows are.</summary>
internal static class MovedRow
{
    /// <summary>All columns, or the named ones.</summary>
    public static byte[] Encode(object?[] row, IEnumerable<int>? columns = null)
    {
        using var into = new MemoryStream();
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var column in columns ?? Enumerable.Range(0, row.Length))
        {
            var bytes = BytesOf(row[column]);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes?.Length ?? -1);
            into.Write(length);
            into.Write(bytes);
        }
        return into.ToArray();
    }

    /// <summary>About what a row takes in memory.</summary>
    public static int SizeOf(object?[] row) =>
        row.Sum(value => value switch { byte[] bytes => bytes.Length, string text => text.Length * 2, _ => 16 });

    private static byte[]? BytesOf(object? value) => value switch
    {
        null => null,
        Guid id => id.ToByteArray(bigEndian: true),
        long number => Whole(number),
        int number => Whole(number),
        bool is_ => [is_ ? (byte)1 : (byte)0],
        byte[] bytes => bytes,
        string text => Encoding.UTF8.GetBytes(text),
        _ => throw new InvalidOperationException($"{value.GetType()} is no type of a column."),
    };

    private static byte[] Whole(long number)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return bytes;
    }
}
