namespace HostAtlas.Engine.Storage;

/// <summary>A connection string holds a password: it lies in a file of mode 0600.</summary>
public static class ConnectionFile
{
    /// <summary>What the file holds, or the fault of it: a folder, empty, that others may open it too, or that it cannot be read.</summary>
    public static (string? Connection, string? Fault) Read(string file)
    {
        try
        {
            // First: a folder is always wider than 0600, and closing it would help nobody.
            if (Directory.Exists(file)) return (null, $"{file} is a folder. Name the file with the connection string.");
            const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            if ((File.GetUnixFileMode(file) & ~own) != 0) return (null, $"{file} can be opened by others. Run: chmod 600 {file}");
            var connection = File.ReadAllText(file).Trim();
            return connection.Length == 0 ? (null, $"{file} is empty. Write the connection string into it.") : (connection, null);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (null, fault.Message);
        }
    }
}
