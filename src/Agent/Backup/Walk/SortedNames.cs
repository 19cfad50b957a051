using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace HostAtlas.Agent.Backup.Walk;

/// <summary>
/// A directory's names in the order of their raw bytes. The kernel gives them in none, and a directory can have millions: what does not fit
/// into the given memory is sorted in parts, which lie in a file without a name and are merged as they are read.
/// </summary>
internal sealed class SortedNames : IDisposable
{
    /// <summary>Names of up to so many bytes are sorted in memory: about 400,000 of the usual length.</summary>
    public const int MemoryDefaultBytes = 8 << 20;

    private readonly string _scratch;
    private readonly int _memoryBytes;
    private readonly List<Part> _parts = [];
    private readonly ArrayBufferWriter<byte> _arena = new(256);
    private readonly List<int> _offsets = [];
    private byte[]? _last;

    private SortedNames(string scratch, int memoryBytes) => (_scratch, _memoryBytes) = (scratch, memoryBytes);

    /// <summary>Reads all names of an open directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="scratch">A folder that nobody else can look into, for what does not fit into memory.</param>
    /// <param name="memoryBytes">Most bytes of names in memory.</param>
    public static SortedNames Read(SafeFileHandle directory, string scratch, int memoryBytes = MemoryDefaultBytes)
    {
        var names = new SortedNames(scratch, memoryBytes);
        try
        {
            LinuxFiles.List(directory, names.Add);
            names.Close();
            return names;
        }
        catch
        {
            names.Dispose();
            throw;
        }
    }

    /// <summary>Of exactly these names.</summary>
    public static SortedNames Of(IEnumerable<byte[]> given)
    {
        var names = new SortedNames("", int.MaxValue);
        foreach (var name in given) names.Add(name);
        names.Close();
        return names;
    }

    /// <summary>The next name; false at the end. A name that was listed twice, because the directory changed meanwhile, comes
    /// once.</summary>
    public bool TryNext(out byte[] name)
    {
        name = [];
        while (_parts.Count > 0)
        {
            var least = _parts[0];
            foreach (var part in _parts.Skip(1))
            {
                if (part.Current.SequenceCompareTo(least.Current) < 0) least = part;
            }
            name = least.Current.ToArray();
            if (!least.MoveNext())
            {
                least.Dispose();
                _parts.Remove(least);
            }
            if (_last is not null && _last.AsSpan().SequenceEqual(name)) continue;
            _last = name;
            return true;
        }
        return false;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var part in _parts) part.Dispose();
    }

    private void Add(ReadOnlySpan<byte> name)
    {
        if (_arena.WrittenCount + name.Length + 1 > _memoryBytes) Spill();
        _offsets.Add(_arena.WrittenCount);
        _arena.Write([(byte)name.Length]);
        _arena.Write(name);
    }

    private void Close()
    {
        Sort();
        if (_offsets.Count > 0) _parts.Add(new Part(_arena.WrittenMemory, _offsets));
        foreach (var part in _parts) part.MoveNext();
    }

    private void Spill()
    {
        Sort();
        var file = ScratchFile.Make(_scratch);
        foreach (var offset in _offsets) file.Write(_arena.WrittenSpan.Slice(offset, 1 + _arena.WrittenSpan[offset]));
        file.Position = 0;
        _parts.Add(new Part(file));
        _arena.ResetWrittenCount();
        _offsets.Clear();
    }

    private void Sort()
    {
        var arena = _arena.WrittenMemory;
        _offsets.Sort((left, right) => NameAt(arena.Span, left).SequenceCompareTo(NameAt(arena.Span, right)));
    }

    private static ReadOnlySpan<byte> NameAt(ReadOnlySpan<byte> arena, int offset) => arena.Slice(offset + 1, arena[offset]);

    /// <summary>Names that are sorted: in memory or in a file, each behind its length.</summary>
    private sealed class Part : IDisposable
    {
        private readonly ReadOnlyMemory<byte> _arena;
        private readonly List<int>? _offsets;
        private readonly Stream? _file;
        private readonly byte[] _name = new byte[LinuxFiles.NameMaxBytes];
        private int _next, _length;

        public Part(ReadOnlyMemory<byte> arena, List<int> offsets) => (_arena, _offsets) = (arena, offsets);

        public Part(Stream file) => _file = file;

        public ReadOnlySpan<byte> Current => _name.AsSpan(0, _length);

        public bool MoveNext()
        {
            if (_file is not null)
            {
                _length = _file.ReadByte();
                if (_length < 0) return false;
                _file.ReadExactly(_name.AsSpan(0, _length));
                return true;
            }
            if (_next == _offsets!.Count) return false;
            var name = NameAt(_arena.Span, _offsets[_next++]);
            name.CopyTo(_name);
            _length = name.Length;
            return true;
        }

        public void Dispose() => _file?.Dispose();
    }
}
