using System.Collections;
using System.Security.Cryptography;
using HostAtlas.Agent.Backup.Keys;
using HostAtlas.Agent.Credentials;
using QRCoder;

namespace HostAtlas.Agent.CommandLine;

/// <summary>
/// The two ways a recovery key leaves the agent: to a terminal, as text and as a QR code for a phone, and to a new file that the owner
/// names. Never to a pipe: what is piped ends in a log.
/// </summary>
internal static class RecoveryKeyOutput
{
    private const int EndLength = 4, Attempts = 3, QuietZone = 2;

    /// <summary>Writes the key and a newline to a new file of mode 0600. A file that is there is never touched.</summary>
    public static void ToNewFile(MasterKey key, string flag, string path)
    {
        var text = GC.AllocateArray<byte>(RecoveryKey.TextLength + 1, pinned: true);
        try
        {
            RecoveryKey.Write(key, text);
            text[^1] = (byte)'\n';
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = 0,
                UnixCreateMode = FilePermissions.PrivateFile,
            };
            using (var stream = new FileStream(path, options))
            {
                stream.Write(text);
                stream.Flush(flushToDisk: true);
            }
            AtomicFile.FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new VerbFailedException(ExitCode.Failed, $"{flag}: {path} is there already and is not overwritten; name a new file");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new VerbFailedException(ExitCode.Failed, $"{flag}: {exception.Message}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    /// <summary>Shows the key on the terminal and asks for its end; true when the owner typed it.</summary>
    public static bool ShowAndConfirm(MasterKey key, AgentSurroundings around)
    {
        var text = GC.AllocateArray<byte>(RecoveryKey.TextLength, pinned: true);
        var shown = GC.AllocateArray<char>(RecoveryKey.TextLength, pinned: true);
        try
        {
            RecoveryKey.Write(key, text);
            System.Text.Encoding.ASCII.GetChars(text, shown);
            around.Out.WriteLine("This is the recovery key of this host's backups:");
            around.Out.WriteLine();
            WriteQr(text, around.Out);
            around.Out.WriteLine();
            around.Out.Write(shown);
            around.Out.WriteLine();
            around.Out.WriteLine();
            around.Out.WriteLine("Keep it somewhere else than on this host: on paper, in a password manager. Whoever has it can read the "
                + "backups, and without it nobody can when this host is gone. The platform does not have it.");
            return IsEndTyped(shown, around);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
            Array.Clear(shown);
        }
    }

    private static bool IsEndTyped(ReadOnlySpan<char> key, AgentSurroundings around)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            around.Out.Write($"When you have it, type its last {EndLength} characters (or press Enter to do it later): ");
            around.Out.Flush();
            var typed = around.In.ReadLine()?.Trim();
            if (string.IsNullOrEmpty(typed)) return false;
            if (key[^EndLength..].SequenceEqual(typed) || key.SequenceEqual(typed)) return true;
            around.Out.WriteLine("That is not how it ends.");
        }
        return false;
    }

    // Two rows of modules a line, drawn dark on light whatever the terminal's colours are: a module that is light is a full block.
    private static void WriteQr(byte[] text, TextWriter output)
    {
        using var generator = new QRCodeGenerator();
        using var code = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var rows = code.ModuleMatrix;
        for (var y = -QuietZone; y < rows.Count + QuietZone; y += 2)
        {
            for (var x = -QuietZone; x < rows.Count + QuietZone; x++)
            {
                output.Write((IsLight(rows, x, y), IsLight(rows, x, y + 1)) switch
                {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    _ => ' ',
                });
            }
            output.WriteLine();
        }
    }

    private static bool IsLight(List<BitArray> rows, int x, int y) =>
        x < 0 || y < 0 || x >= rows.Count || y >= rows.Count || !rows[y][x];
}
