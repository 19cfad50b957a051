using System.Runtime.InteropServices;

namespace HostAtlas.Agent.Credentials;

/// <summary>Whose a file is; .NET does not say. Links are followed: what counts is what is read.</summary>
internal static partial class FileOwner
{
    private const int CurrentFolder = -100, UidOnly = 0x8, StatxBytes = 256, UidAt = 20;

    /// <summary>The numeric id of the user that this process acts as.</summary>
    public static uint Own => EffectiveUserId();

    /// <summary>The numeric id of a file's owner.</summary>
    /// <exception cref="IOException">There is no such file, or it cannot be looked at.</exception>
    public static uint Of(string path)
    {
        // statx has one layout on every architecture; stat has not.
        Span<byte> answer = stackalloc byte[StatxBytes];
        if (Statx(CurrentFolder, path, flags: 0, UidOnly, ref MemoryMarshal.GetReference(answer)) != 0)
            throw new IOException($"'{path}' cannot be looked at (errno {Marshal.GetLastPInvokeError()}).");
        return MemoryMarshal.Read<uint>(answer[UidAt..]);
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUserId();

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte answer);
}
