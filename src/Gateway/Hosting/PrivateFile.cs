namespace HostAtlas.Gateway.Hosting;

/// <summary>Small files of the data folder: written whole or not at all, secret ones for their owner only.</summary>
internal static class PrivateFile
{
    /// <summary>0600.</summary>
    public const UnixFileMode Secret = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>0644.</summary>
    public const UnixFileMode Public = Secret | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>
    /// Writes a file beside its place and renames it, so that a crash leaves the old content or the new one. The mode is set when the file
    /// is
    /// made: there is no moment in which others could open it.
    /// </summary>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode, bool overwrite)
    {
        var temporary = path + ".new";
        File.Delete(temporary); // Of an earlier start that was killed here.
        using (var file = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = mode,
            Options = FileOptions.WriteThrough,
        }))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite);
    }

    /// <summary>Whether others than the owner may do anything with the file.</summary>
    public static bool IsWiderThanSecret(string path) => (File.GetUnixFileMode(path) & ~Secret) != 0;
}
