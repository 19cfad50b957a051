using HostAtlas.Agent.Gate.Features;

namespace HostAtlas.Agent.Gate.Rules;

/// <summary>
/// What a file's name promises. <c>report.docx</c> that is random bytes was a document, also when an attack added a name of its own behind
/// (<c>report.docx.locked</c>). Counts from 512 bytes on, where a histogram can tell random bytes from any text.
/// </summary>
internal static class NameRules
{
    /// <summary>As evidence gives it.</summary>
    public const string Name = "name-lies";

    /// <summary>What it sees, for people.</summary>
    public const string Catches = "a name such as `a.docx` or `a.docx.locked`, random bytes in it; from 512 bytes on";

    /// <summary>Why nothing ordinary does that.</summary>
    public const string Why = "the only look at new files under 8 KiB";

    private const long BytesLeast = 512;
    private const int EndingsMost = 3;

    private static readonly HashSet<string> Promising = new(StringComparer.OrdinalIgnoreCase)
    {
        "txt", "md", "rst", "csv", "tsv", "json", "jsonl", "xml", "html", "htm", "css", "js", "ts", "yml", "yaml", "toml", "ini",
        "conf", "cfg", "log", "sql", "py", "c", "h", "cc", "cpp", "hpp", "cs", "java", "go", "rs", "rb", "php", "pl", "sh", "bat",
        "ps1", "tex", "svg", "rtf", "eml", "ics", "vcf", "service", "crt", "docx", "xlsx", "pptx", "odt", "ods", "odp", "doc",
        "xls", "ppt", "pdf", "zip", "jar", "gz", "tgz", "bz2", "xz", "zst", "7z", "rar", "tar", "png", "jpg", "jpeg", "gif",
        "bmp", "tif", "tiff", "webp", "mp3", "mp4", "mov", "avi", "mkv", "wav", "flac", "ogg", "sqlite", "sqlite3", "mdb", "vmdk",
        "vdi", "qcow2", "iso",
    };

    /// <summary>Whether the name promises something that this is not.</summary>
    public static bool Hits(string name, FileFeatures file) =>
        file.Bytes >= BytesLeast && file.Type == FileType.Data && Math.Abs(file.Z) < 5 && file.Ratio > 0.9 && Promises(name);

    /// <summary>Whether one of the name's last endings says what is in it.</summary>
    public static bool Promises(string name)
    {
        var left = name.AsSpan();
        for (var i = 0; i < EndingsMost; i++)
        {
            var dot = left.LastIndexOf('.');
            if (dot <= 0) return false;
            if (Promising.GetAlternateLookup<ReadOnlySpan<char>>().Contains(left[(dot + 1)..])) return true;
            left = left[..dot];
        }
        return false;
    }
}
