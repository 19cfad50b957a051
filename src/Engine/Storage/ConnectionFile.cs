namespace HostAtlas.Engine.Storage;

/// <summary>A connection string holds a password: it lies in a file of mode 0600.</summary>
public static class ConnectionFile
{
    /// <summary>What the file holds, or the fault of it: that others may open it too, or that it cannot be read.</summary>
    public static (string? Connection, string? Fault) Read(string file)
    {
        try
        {
            const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            return (File.GetUnixFileMode(file) & ~own) != 0
                ? (null, $"{file} can be opened by others. Run: chmod 600 {file}")
                : (File.ReadAllText(file).Trim(), null);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (null, fault.Message);
        }
    }
}
