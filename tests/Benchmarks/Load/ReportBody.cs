using System.Globalization;
using System.Text;

namespace HostAtlas.Benchmarks.Load;

/// <summary>
/// The body of a request with one report, of an exact size, in which only the batch id, the time and the values change from one request to
/// the next; all three have a fixed width, so that a request is made by overwriting bytes.
/// </summary>
internal sealed class ReportBody
{
    private const int ValueLength = 5; // 10.00 to 99.99

    private readonly byte[] _bytes;
    private readonly int _id, _at;
    private readonly int[] _values;

    private ReportBody(byte[] bytes, int id, int at, int[] values, string[] names) =>
        (_bytes, _id, _at, _values, Names) = (bytes, id, at, values, names);

    /// <summary>The metrics' names.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Bytes of the body.</summary>
    public int Length => _bytes.Length;

    /// <summary>Samples in it.</summary>
    public int Samples => _values.Length;

    /// <summary>Lays out a body of so many samples and bytes; the names take up what is left.</summary>
    public static ReportBody Of(int samples, int bytes)
    {
        const string head = "{\"batch\":\"", between = "\",\"reports\":[{\"at\":", values = ",\"values\":{", tail = "}}]}";
        var names = bytes - (head.Length + 36 + between.Length + 13 + values.Length + tail.Length + (samples * (ValueLength + 4)) - 1);
        var text = new StringBuilder(head).Append("00000000-0000-4000-8000-000000000000").Append(between).Append("1000000000000")
            .Append(values);
        var places = new int[samples];
        var all = new string[samples];
        for (var i = 0; i < samples; i++)
        {
            // Spread evenly: the rounding of one name is the next one's.
            var length = (names * (i + 1) / samples) - (names * i / samples);
            all[i] = string.Create(CultureInfo.InvariantCulture, $"host.m{i:00}.").PadRight(length, 'x');
            if (all[i].Length > length) throw new ArgumentException("The body is too small for so many samples.", nameof(bytes));
            text.Append(i == 0 ? "" : ",").Append('"').Append(all[i]).Append("\":");
            places[i] = text.Length;
            text.Append("10.00");
        }
        var body = Encoding.ASCII.GetBytes(text.Append(tail).ToString());
        return new ReportBody(body, head.Length, head.Length + 36 + between.Length, places, all);
    }

    /// <summary>Writes a body with a fresh batch id, the given time and fresh values.</summary>
    public void Write(Span<byte> destination, long atMs, Random random)
    {
        _bytes.CopyTo(destination);
        Span<byte> id = stackalloc byte[16];
        random.NextBytes(id);
        (id[6], id[8]) = ((byte)((id[6] & 0x0F) | 0x40), (byte)((id[8] & 0x3F) | 0x80));
        new Guid(id, bigEndian: true).TryFormat(destination[_id..], out _);
        atMs.TryFormat(destination[_at..], out _, default, CultureInfo.InvariantCulture);
        foreach (var place in _values) WriteValue(destination[place..], random.Next(1_000, 10_000));
    }

    /// <summary>Writes hundredths as <c>dd.dd</c>.</summary>
    public static void WriteValue(Span<byte> destination, int hundredths)
    {
        destination[0] = (byte)('0' + (hundredths / 1000));
        destination[1] = (byte)('0' + (hundredths / 100 % 10));
        destination[3] = (byte)('0' + (hundredths / 10 % 10));
        destination[4] = (byte)('0' + (hundredths % 10));
    }
}
