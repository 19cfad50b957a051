using System.Security.Cryptography;
using HostAtlas.Agent.Backup.Keys;
using HostAtlas.Agent.Credentials;

namespace HostAtlas.Agent.CommandLine;

/// <summary>Reads a recovery key from a file or from standard input into memory that is cleared behind it.</summary>
internal static class RecoveryKeyInput
{
    // A key has 63 characters; what is longer by far is the wrong file.
    private const int MaxBytes = 1024;

    public static MasterKey Read(string what, string path, AgentSurroundings around)
    {
        var text = GC.AllocateArray<byte>(MaxBytes + 1, pinned: true);
        try
        {
            var length = path == "-" ? FromInput(what, text, around) : FromFile(what, path, text, around);
            if (length > MaxBytes)
                throw new VerbFailedException(ExitCode.Usage, $"{what}: {path} is too large to hold a recovery key");
            return RecoveryKey.TryRead(text.AsSpan(0, length), out var fault)
                ?? throw new VerbFailedException(ExitCode.Usage, $"{what}: {fault}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    private static int FromInput(string what, byte[] text, AgentSurroundings around)
    {
        var length = 0;
        for (; length <= MaxBytes && around.In.Read() is var read and >= 0 and not '\n'; length++)
            text[length] = read <= 0x7F ? (byte)read : (byte)'?';
        return length > 0 ? length : throw new VerbFailedException(ExitCode.Usage, $"{what} -: nothing came on standard input");
    }

    private static int FromFile(string what, string path, byte[] text, AgentSurroundings around)
    {
        try
        {
            if (FilePermissions.IsOpenToOthers(path))
                around.Error.WriteLine($"hostatlas-agent: warning: {path} holds a recovery key and is open to other users; run: chmod 600 "
                    + $"{path}");
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new VerbFailedException(ExitCode.Usage, $"{what}: {exception.Message}");
        }
    }
}
