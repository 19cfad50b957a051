using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace HostAtlas.Engine.Metrics;

/// <summary>
/// One request's reports as the gateway parsed them: names apart from values, values packed as they will be stored. No sample is an object.
/// </summary>
/// <param name="Key">Eight bytes of the batch id (flat form: of the signature); with server and time it makes a row unique.</param>
/// <param name="SignatureKey">Eight bytes of the signature: tells a replay from a retry when a row is there already.</param>
/// <param name="Sets">The distinct name lists of the batch; agents send one list again and again, so mostly one.</param>
/// <param name="Rows">One row a report.</param>
public sealed record MetricBatch(long Key, long SignatureKey, IReadOnlyList<NameSet> Sets, IReadOnlyList<ReportRow> Rows)
{
    /// <summary>Values in all rows.</summary>
    public int SampleCount
    {
        get
        {
            var count = 0;
            for (var i = 0; i < Rows.Count; i++) count += Sets[Rows[i].Set].Count;
            return count;
        }
    }
}

/// <summary>An ordered list of metric names. Stored once a server, not once a row.</summary>
/// <param name="Id">First eight bytes (big-endian) of SHA-256(<paramref name="NamesUtf8"/>).</param>
/// <param name="Count">How many names.</param>
/// <param name="NamesUtf8">The names joined by line feeds, which no name can hold.</param>
public sealed record NameSet(long Id, int Count, byte[] NamesUtf8)
{
    /// <summary>The id of a list of names joined by line feeds.</summary>
    public static long IdOf(ReadOnlySpan<byte> namesUtf8)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(namesUtf8, hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash);
    }

    /// <summary>The names in their order; a list without names is empty text.</summary>
    public static string[] Split(ReadOnlySpan<byte> namesUtf8) => namesUtf8.IsEmpty ? [] : Encoding.UTF8.GetString(namesUtf8).Split('\n');
}

/// <summary>One report.</summary>
/// <param name="AtMs">Unix milliseconds, from the signed body.</param>
/// <param name="Set">Index into <see cref="MetricBatch.Sets"/>.</param>
/// <param name="Values">Packed by <see cref="PackedValues"/>, in the set's order.</param>
public readonly record struct ReportRow(long AtMs, int Set, byte[] Values);
