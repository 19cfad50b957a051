using System.Buffers;
using System.Text.Json;
using HostAtlas.Engine.Metrics;
using HostAtlas.Shared;

namespace HostAtlas.Gateway.Ingest;

/// <summary>
/// Reads one <c>{name: number}</c> object after the other out of a body into rented buffers: names joined by line feeds, values beside
/// them.
/// Nothing is allocated for a sample; a report whose names equal those of the report before costs one comparison of bytes for all of them.
/// </summary>
internal sealed class ReportValues(NameSet? last) : IDisposable
{
    // JSON may write each byte of a name as \u00XX; a longer text cannot be a name.
    private const int LongestNameAsSentBytes = 6 * Limits.LabelledNameBytes;
    private const string NotAName = "Not a metric's name: 1-120 of [a-z0-9_.:/-], then optional {label=\"value\"}.";

    private readonly List<NameSet> _sets = [];
    private readonly int[] _ends = ArrayPool<int>.Shared.Rent(Limits.MetricNamesPerServer);
    private readonly double[] _values = ArrayPool<double>.Shared.Rent(Limits.MetricNamesPerServer);
    private byte[] _names = ArrayPool<byte>.Shared.Rent(4096);
    private int _count;
    private int _length;

    /// <summary>The distinct name lists of all reports read so far.</summary>
    public IReadOnlyList<NameSet> Sets => _sets;

    /// <summary>
    /// Reads the object whose start the reader stands on, up to its end. False when it holds a fault, which is then among
    /// <paramref name="faults"/>; else the index of the name set and the packed values.
    /// </summary>
    public bool TryRead(ref Utf8JsonReader reader, ReportPlace place, ContentFaults faults, out int set, out byte[] packed)
    {
        (_count, _length, set, packed) = (0, 0, -1, []);
        var faultsBefore = faults.Count;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (_count == Limits.MetricNamesPerServer)
            {
                faults.Add(place.Values, $"A server has at most {Limits.MetricNamesPerServer:N0} metrics.");
                SkipRestOfObject(ref reader);
                return false;
            }
            var named = TryAppendName(ref reader, place, faults);
            reader.Read();
            if (!named) reader.Skip();
            else if (!TryAppendValue(ref reader)) FaultOfValue(ref reader, place, faults);
            if (faults.IsFull) return false;
        }
        if (_count == 0 && faults.Count == faultsBefore) faults.Add(place.Values, "At least one metric is expected.");
        if (faults.Count > faultsBefore || (set = FindOrAddSet(place, faults)) < 0) return false;
        packed = PackedValues.Pack(_values.AsSpan(0, _count));
        return true;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_names);
        ArrayPool<int>.Shared.Return(_ends);
        ArrayPool<double>.Shared.Return(_values);
    }

    private bool TryAppendName(ref Utf8JsonReader reader, ReportPlace place, ContentFaults faults)
    {
        if (reader.ValueSpan.Length > LongestNameAsSentBytes)
        {
            faults.AddMember(place.Values, reader.ValueSpan, "A metric's name is too long.");
            return false;
        }
        EnsureRoomFor(reader.ValueSpan.Length + 1);
        var start = _count == 0 ? 0 : _length + 1;
        if (reader.ValueIsEscaped)
        {
            _length = start + reader.CopyString(_names.AsSpan(start));
        }
        else
        {
            // The whole body is known to be UTF-8; CopyString would look again.
            reader.ValueSpan.CopyTo(_names.AsSpan(start));
            _length = start + reader.ValueSpan.Length;
        }
        if (start > 0) _names[start - 1] = (byte)'\n';
        _ends[_count] = _length;
        return true;
    }

    private bool TryAppendValue(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out var value) || !double.IsFinite(value)) return false;
        _values[_count++] = value;
        return true;
    }

    private void FaultOfValue(ref Utf8JsonReader reader, ReportPlace place, ContentFaults faults)
    {
        var start = _count == 0 ? 0 : _ends[_count - 1] + 1;
        faults.AddMember(place.Values, _names.AsSpan(start.._length), "A metric's value is a finite number.");
        _length = _count == 0 ? 0 : _ends[_count - 1];
        reader.Skip();
    }

    private static void SkipRestOfObject(ref Utf8JsonReader reader)
    {
        do reader.Skip();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName);
    }

    private int FindOrAddSet(ReportPlace place, ContentFaults faults)
    {
        var names = _names.AsSpan(0, _length);
        // Equal bytes alone would not do: one name with a line feed in it looks like two. A set that was checked has none, so with an equal
        // count neither have these names.
        if (_sets.Count > 0 && IsSet(_sets[^1], names)) return _sets.Count - 1;
        if (_sets.Count == 0 && last is not null && IsSet(last, names))
        {
            _sets.Add(last);
            return 0;
        }
        if (!AreGoodNames(place, faults)) return -1;
        var id = NameSet.IdOf(names);
        for (var i = 0; i < _sets.Count; i++)
        {
            if (_sets[i].Id == id && IsSet(_sets[i], names)) return i;
        }
        _sets.Add(new NameSet(id, _count, names.ToArray()));
        return _sets.Count - 1;
    }

    private bool IsSet(NameSet set, ReadOnlySpan<byte> names) => set.Count == _count && set.NamesUtf8.AsSpan().SequenceEqual(names);

    private bool AreGoodNames(ReportPlace place, ContentFaults faults)
    {
        var faultsBefore = faults.Count;
        var twice = new DuplicateNames(_count);
        for (var i = 0; i < _count && !faults.IsFull; i++)
        {
            var name = NameAt(i);
            if (!MetricName.IsValid(name)) faults.AddMember(place.Values, name, NotAName);
            else if (!twice.Add(i, this)) faults.AddMember(place.Values, name, "The metric is given twice.");
        }
        twice.Dispose();
        return faults.Count == faultsBefore;
    }

    private ReadOnlySpan<byte> NameAt(int index) => _names.AsSpan((index == 0 ? 0 : _ends[index - 1] + 1).._ends[index]);

    private void EnsureRoomFor(int bytes)
    {
        if (_names.Length - _length >= bytes) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_names.Length * 2, _length + bytes));
        _names.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_names);
        _names = larger;
    }

    /// <summary>
    /// Which names were seen: open addressing over a rented table, at most half full. The hash is seeded anew in each process, so nobody
    /// can
    /// choose names that all fall into one place.
    /// </summary>
    private readonly struct DuplicateNames : IDisposable
    {
        private readonly int[] _slots;
        private readonly int _mask;

        public DuplicateNames(int count)
        {
            var size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(2 * count, 4));
            _mask = size - 1;
            _slots = ArrayPool<int>.Shared.Rent(size);
            _slots.AsSpan(0, size).Clear();
        }

        public bool Add(int index, ReportValues values)
        {
            var name = values.NameAt(index);
            var hash = default(HashCode);
            hash.AddBytes(name);
            for (var slot = hash.ToHashCode() & _mask; ; slot = (slot + 1) & _mask)
            {
                if (_slots[slot] == 0)
                {
                    _slots[slot] = index + 1;
                    return true;
                }
                if (values.NameAt(_slots[slot] - 1).SequenceEqual(name)) return false;
            }
        }

        public void Dispose() => ArrayPool<int>.Shared.Return(_slots);
    }
}
