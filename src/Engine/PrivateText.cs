namespace HostAtlas.Engine;

/// <summary>A secret that an operator gives by a file of mode 0600.</summary>
public static class PrivateText
{
    /// <summary>What the file holds, or its fault: a folder, empty, that others may open it too, or that it cannot be read.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="what">What it should hold, in a few words.</param>
    public static (string? Text, string? Fault) Read(string file, string what)
    {
        try
        {
            // First: a folder is always wider than 0600, and closing it would help nobody.
            if (Directory.Exists(file)) return (null, $"{file} is a folder. Name the file with {what}.");
            const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            if ((File.GetUnixFileMode(file) & ~own) != 0) return (null, $"{file} can be opened by others. Run: chmod 600 {file}");
            var text = File.ReadAllText(file).Trim();
            return text.Length == 0 ? (null, $"{file} is empty. Write {what} into it.") : (text, null);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (null, fault.Message);
        }
    }
}
