namespace HostAtlas.Agent.Credentials;

/// <summary>The permission bits that a file of this agent may and may not have.</summary>
public static class FilePermissions
{
    /// <summary>0600.</summary>
    public const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>0700.</summary>
    public const UnixFileMode PrivateFolder = PrivateFile | UnixFileMode.UserExecute;

    private const UnixFileMode GroupAndOthers =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Whether the file has one of the bits. Links are followed: what counts is what is read.</summary>
    public static bool AnyOf(string path, UnixFileMode bits) => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & bits) != 0;

    /// <summary>Whether anyone but the owner (and root) can read, write or enter it.</summary>
    public static bool IsOpenToOthers(string path) => AnyOf(path, GroupAndOthers);
}
