using System.Security.Cryptography;
using HostAtlas.Engine.Storage.Sealing;

namespace HostAtlas.Gateway.Hosting;

/// <summary>The platform's data folder and the root key in it.</summary>
internal static class DataFolder
{
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>
    /// Makes the folder (0700) when it is not there. One that others may write to is refused, for they could put another root key or
    /// database in place; so is a database that others may open.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <param name="mayMake">False for a gateway beside an engine: a folder that is not there has no root key either.</param>
    public static void Prepare(string path, bool mayMake = true)
    {
        if (!mayMake && !Directory.Exists(path)) throw NoRootKey(path);
        try
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if ((File.GetUnixFileMode(path) & OthersWrite) != 0)
                throw new StartFaultException($"The data folder {path} can be changed by others. Run: chmod go-w {path}");
            foreach (var name in new[] { "journal.db", "data.db" })
            {
                // A copy that was put back from a backup has the mode that the copying gave it.
                var database = Path.Combine(path, name);
                if (File.Exists(database) && PrivateFile.IsWiderThanSecret(database))
                    throw new StartFaultException($"{database} can be opened by others. Run: chmod 600 {database}");
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartFaultException($"The data folder {path} cannot be used: {fault.Message} Name another with --data.", fault);
        }
    }

    /// <summary>Whether an engine has run on the folder.</summary>
    public static bool IsOfAnEngine(string folder) => File.Exists(Path.Combine(folder, "cluster.port"));

    /// <summary>Reads <c>root.key</c> as <see cref="ReadOrMakeRootKey"/> does, and never makes one: it is the engine's.</summary>
    public static byte[] ReadRootKey(string folder) =>
        File.Exists(Path.Combine(folder, "root.key")) ? ReadOrMakeRootKey(folder) : throw NoRootKey(folder);

    private static StartFaultException NoRootKey(string folder) => new(
        $"{Path.Combine(folder, "root.key")} is missing. A gateway needs the root key of its engine: name the engine's data folder with "
        + "--data, or copy its root.key there (mode 0600).");

    /// <summary>
    /// Reads <c>root.key</c>, the ring of root keys with the newest first, or makes one key on the first start. A file that others may read
    /// is refused: whoever had a key can issue tokens. One that is missing beside a journal is refused as well: a new key would make every
    /// token and every sealed value worthless.
    /// </summary>
    public static byte[] ReadOrMakeRootKey(string folder)
    {
        var path = Path.Combine(folder, "root.key");
        try
        {
            if (!File.Exists(path))
            {
                if (File.Exists(Path.Combine(folder, "journal.db")))
                    throw new StartFaultException(
                        $"{path} is missing although {folder} holds a journal. Put the key back from its backup.");
                PrivateFile.Write(path, RandomNumberGenerator.GetBytes(RootKeys.KeyBytes), PrivateFile.Secret, overwrite: false);
            }
            if (PrivateFile.IsWiderThanSecret(path))
                throw new StartFaultException($"{path} can be opened by others. Run: chmod 600 {path} (and think who may have read it).");
            var ring = File.ReadAllBytes(path);
            return RootKeys.IsRing(ring.Length)
                ? ring
                : throw new StartFaultException(
                    $"{path} holds {ring.Length} bytes, not {RootKeys.KeyBytes} for each of 1-{RootKeys.MostKeys} keys. "
                    + "Put the file back from its backup.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartFaultException($"{path} cannot be used: {fault.Message}", fault);
        }
    }
}
