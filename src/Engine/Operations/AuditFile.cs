using HostAtlas.Engine.Audit;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Operations;

/// <summary>An export in a file, read line by line: it may be larger than memory, and it may be anything.</summary>
internal static class AuditFile
{
    // An entry has names of at most 100 characters; a longer line is none.
    private const int MostLineBytes = 1024 * 1024;

    /// <summary>Checks an export; throws what reading the file throws.</summary>
    public static AuditVerdict Verify(string path, Func<long, byte[]?>? rootOf)
    {
        var verifier = new AuditVerifier(rootOf);
        using var lines = new Lines(path);
        while (lines.Next() is { } line)
        {
            if (!verifier.Take(line)) break;
        }
        if (lines.Fault is { } fault && verifier.Fault is null) return new AuditVerdict(verifier.Team, verifier.Entries, fault);
        verifier.End();
        return new AuditVerdict(verifier.Team, verifier.Entries, verifier.Fault);
    }

    /// <summary>
    /// Compares an export with an earlier one of the same log, both of which were checked: every entry of the earlier one must stand in the
    /// later one unchanged. Null when it does.
    /// </summary>
    public static AuditFault? Compare(string path, string earlierPath)
    {
        using Lines later = new(path), earlier = new(earlierPath);
        for (var number = 1L; earlier.Next() is { } before; number++)
        {
            // The heads: the later one stands further down, or at the same place.
            if (IsHead(before)) return null;
            var now = later.Next();
            if (now.AsSpan().SequenceEqual(before)) continue;
            return new AuditFault(number, number == 1 ? "It is the log of another team than the earlier export."
                : now is null || IsHead(now)
                    ? $"The log was rolled back: it ends with entry {number - 2}, and the earlier export has more."
                : $"Entry {number - 1} is not what it was in the earlier export: the log was written anew.");
        }
        return null;
    }

    private static bool IsHead(byte[] line) => line.AsSpan().StartsWith("{\"head\":"u8);

    private sealed class Lines(string path) : IDisposable
    {
        private readonly FileStream _file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024);
        private readonly MemoryStream _line = new();
        private long _number;

        /// <summary>What is wrong with the file itself.</summary>
        public AuditFault? Fault { get; private set; }

        /// <summary>The next line without its line feed; null at the end.</summary>
        public byte[]? Next()
        {
            _number++;
            _line.SetLength(0);
            for (var next = _file.ReadByte(); next >= 0; next = _file.ReadByte())
            {
                if (next == '\n') return _line.ToArray();
                if (_line.Length == MostLineBytes)
                {
                    Fault = new AuditFault(_number, "The line is too long to be one of an export.");
                    return null;
                }
                _line.WriteByte((byte)next);
            }
            if (_line.Length > 0) Fault = new AuditFault(_number, "The file ends within this line: it was cut off.");
            return null;
        }

        public void Dispose()
        {
            _file.Dispose();
            _line.Dispose();
        }
    }
}

/// <summary>What came of checking an export.</summary>
/// <param name="Team">As its first line names it; null when there is none.</param>
/// <param name="Entries">Entries that are as they were written.</param>
/// <param name="Fault">The first line that is not.</param>
internal sealed record AuditVerdict(TeamId? Team, long Entries, AuditFault? Fault);
