using System.Security.Cryptography;
using HostAtlas.Agent.Credentials;

namespace HostAtlas.Agent.Backup.Walk;

/// <summary>
/// A file for what does not fit into memory. It loses its name as soon as it is open: nobody can open it, and its space is free again
/// whatever way the process ends.
/// </summary>
internal static class ScratchFile
{
    private const int BufferBytes = 64 << 10;

    /// <summary>Makes one in the folder, which is made too.</summary>
    public static FileStream Make(string folder)
    {
        Directory.CreateDirectory(folder, FilePermissions.PrivateFolder);
        var path = Path.Combine(folder, $"scratch-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            BufferSize = BufferBytes,
            UnixCreateMode = FilePermissions.PrivateFile,
        });
        File.Delete(path);
        return file;
    }
}
