using System.Globalization;
using System.Text;
using HostAtlas.Agent.Credentials;

namespace HostAtlas.Agent.Spool;

/// <summary>
/// STATE/refused: the last reports that the platform would not take, with its reason on the first line, for a person to look at. Bounded:
/// the oldest go.
/// </summary>
internal sealed class RefusedReports(string folder)
{
    private const long FolderMaxBytes = 4L << 20;

    public void Keep(SpoolRecord record, string reason)
    {
        var name = record.Sequence.ToString("D20", CultureInfo.InvariantCulture) + ".txt";
        AtomicFile.Write(Path.Combine(folder, name),
            [.. Encoding.UTF8.GetBytes(reason.ReplaceLineEndings(" ") + "\n"), .. record.Payload.Span]);
        var files = new DirectoryInfo(folder).GetFiles("*.txt").OrderByDescending(f => f.Name, StringComparer.Ordinal).ToList();
        var total = 0L;
        foreach (var file in files)
        {
            total += file.Length;
            if (total > FolderMaxBytes) file.Delete();
        }
    }
}
