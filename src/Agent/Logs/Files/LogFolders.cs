using System.Text;
using HostAtlas.Agent.Backup.Walk;
using Microsoft.Win32.SafeHandles;

namespace HostAtlas.Agent.Logs.Files;

/// <summary>
/// Folders of one look around, each opened once. Every folder is entered from the one above it and no link is followed, neither on the way
/// nor at its end: whoever may write into a folder of logs could otherwise have any file of the host sent.
/// </summary>
internal sealed class LogFolders : IDisposable
{
    private readonly Dictionary<string, SafeFileHandle> _open = new(StringComparer.Ordinal);

    /// <summary>Opens a folder by its absolute path.</summary>
    /// <exception cref="LinuxFaultException">It is not there, may not be entered, or is reached through a link.</exception>
    public SafeFileHandle Open(string path)
    {
        if (_open.TryGetValue(path, out var handle)) return handle;
        handle = path == "/" ? LinuxFiles.OpenRoot()
            : LinuxFiles.OpenDirectory(Open(Parent(path)), Encoding.UTF8.GetBytes(Path.GetFileName(path)));
        return _open[path] = handle;
    }

    /// <summary>What a file's path stands for; null when nothing is there.</summary>
    public FileFacts? Look(string path)
    {
        try
        {
            return LinuxFiles.Stat(Open(Parent(path)), Name(path));
        }
        catch (LinuxFaultException fault) when (fault.Error == LinuxFaultException.NoEntry)
        {
            return null;
        }
    }

    /// <summary>Opens a file; null when nothing is there, or no file.</summary>
    public SafeFileHandle? OpenFile(string path)
    {
        try
        {
            var handle = LinuxFiles.OpenFile(Open(Parent(path)), Name(path));
            if (LinuxFiles.Stat(handle).Kind == FileKind.File) return handle;
            handle.Dispose();
            return null;
        }
        catch (LinuxFaultException fault) when (fault.Error == LinuxFaultException.NoEntry)
        {
            return null;
        }
    }

    /// <summary>The names in a folder that are text, sorted.</summary>
    public List<string> Names(string path)
    {
        var names = new List<string>();
        LinuxFiles.List(Open(path), name =>
        {
            // What is no UTF-8 could not be told to the platform.
            if (System.Text.Unicode.Utf8.IsValid(name)) names.Add(Encoding.UTF8.GetString(name));
        });
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var handle in _open.Values) handle.Dispose();
        _open.Clear();
    }

    /// <summary>The folder of an absolute path.</summary>
    public static string Parent(string path) => Path.GetDirectoryName(path) ?? "/";

    private static byte[] Name(string path) => Encoding.UTF8.GetBytes(Path.GetFileName(path));
}
