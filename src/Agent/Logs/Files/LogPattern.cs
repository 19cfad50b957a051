using System.Text;
using HostAtlas.Agent.Backup.Walk;
using HostAtlas.Agent.Restore;

namespace HostAtlas.Agent.Logs.Files;

/// <summary>
/// A pattern for files: an absolute path with <c>*</c>, <c>?</c> and <c>[a-z]</c> within names, and <c>**</c> for any folders. Names
/// without these are entered directly, so that a folder above that may not be listed is no obstacle.
/// </summary>
internal sealed class LogPattern
{
    private const int MostDepth = 12;

    private readonly string[] _names;

    private LogPattern(string text, string[] names) => (Text, _names) = (text, names);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Reads a pattern; null with a fault that says what is wrong.</summary>
    public static LogPattern? TryParse(string text, out string fault)
    {
        fault = "";
        var names = text.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (!text.StartsWith('/') || text.Contains('\0', StringComparison.Ordinal)) fault = $"'{text}' is not an absolute path";
        else if (names.Length == 0 || text.EndsWith('/')) fault = $"'{text}' names no file";
        else if (names.Any(name => name is "." or "..")) fault = $"'{text}' has . or .. in it";
        else if (names.Length > 60 || names.Any(name => Encoding.UTF8.GetByteCount(name) > LinuxFiles.NameMaxBytes))
            fault = $"'{text}' is too long";
        else if (names[^1] == "**") fault = $"'{text}' ends with **; name the files, e.g. {text}/*.log";
        return fault.Length > 0 ? null : new LogPattern(text, names);
    }

    /// <summary>Calls back with each file that fits, and with what could not be looked into.</summary>
    public void Expand(LogFolders folders, Action<string> found, Action<string, string> fault) => Expand(folders, "/", 0, found, fault, 0);

    private void Expand(LogFolders folders, string folder, int at, Action<string> found, Action<string, string> fault, int depth)
    {
        var name = _names[at];
        var isLast = at == _names.Length - 1;
        try
        {
            if (name == "**")
            {
                Expand(folders, folder, at + 1, found, fault, depth);
                if (depth == MostDepth) return;
                foreach (var below in Folders(folders, folder)) Expand(folders, below, at, found, fault, depth + 1);
            }
            else if (!IsPattern(name))
            {
                var path = Path.Combine(folder, name);
                if (!isLast) Expand(folders, path, at + 1, found, fault, depth);
                else if (folders.Look(path) is { } facts) Offer(path, facts, found, fault);
            }
            else
            {
                var glob = PathGlob.TryParse("/" + name, out _)!;
                foreach (var entry in folders.Names(folder).Where(entry => Fits(glob, name, entry)))
                {
                    var path = Path.Combine(folder, entry);
                    if (folders.Look(path) is not { } facts) continue;
                    if (isLast && facts.Kind == FileKind.File) found(path);
                    else if (!isLast && facts.Kind == FileKind.Directory) Expand(folders, path, at + 1, found, fault, depth);
                }
            }
        }
        catch (LinuxFaultException exception) when (exception.Error != LinuxFaultException.NoEntry)
        {
            fault(folder, exception.Error is LinuxFaultException.NotADirectory or LinuxFaultException.TooManyLinks
                ? "it is a link or no folder; name the folder itself" : exception.Message);
        }
        catch (LinuxFaultException)
        {
            // It is not there; it may come.
        }
    }

    // What is named by itself and is no file is a mistake; what a pattern meets is not.
    private static void Offer(string path, in FileFacts facts, Action<string> found, Action<string, string> fault)
    {
        if (facts.Kind == FileKind.File) found(path);
        else fault(path, facts.Kind == FileKind.Symlink ? "it is a link; name the file it points to" : "it is no file");
    }

    private static IEnumerable<string> Folders(LogFolders folders, string folder) =>
        folders.Names(folder).Select(name => Path.Combine(folder, name))
            .Where(path => folders.Look(path) is { Kind: FileKind.Directory });

    private static bool IsPattern(string name) => name.AsSpan().ContainsAny('*', '?', '[');

    // As in a shell: what begins with a dot is only met by a pattern that does.
    private static bool Fits(PathGlob glob, string pattern, string name) =>
        (name[0] != '.' || pattern[0] == '.') && glob.IsWhole(glob.Follow(glob.Start, Encoding.UTF8.GetBytes(name)), isDirectory: false);
}
