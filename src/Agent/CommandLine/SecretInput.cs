using HostAtlas.Agent.Credentials;

namespace HostAtlas.Agent.CommandLine;

/// <summary>A secret from a file or from standard input. A literal on the command line works, with a warning: every user of the host can
/// read it.</summary>
internal static class SecretInput
{
    // A token has 111 characters; what is longer by far is the wrong file.
    private const int MaxBytes = 4096;

    public static string FromLiteral(string flag, string value, TextWriter error)
    {
        error.WriteLine($"hostatlas-agent: warning: {flag} shows the secret in the list of processes and in the shell's history; use "
            + $"{flag}-file FILE or -");
        return value;
    }

    public static string FromFile(string flag, string path, AgentSurroundings around)
    {
        if (path == "-") return around.In.ReadLine()
            ?? throw new VerbFailedException(ExitCode.Usage, $"{flag} -: nothing came on standard input");
        try
        {
            if (FilePermissions.IsOpenToOthers(path))
                around.Error.WriteLine($"hostatlas-agent: warning: {path} holds a secret and is open to other users; run: chmod 600 "
                    + $"{path}");
            using var stream = File.OpenRead(path);
            var buffer = new byte[MaxBytes + 1];
            var read = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (read > MaxBytes) throw new VerbFailedException(ExitCode.Usage, $"{flag}: {path} is too large to hold a token");
            return System.Text.Encoding.UTF8.GetString(buffer, 0, read).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new VerbFailedException(ExitCode.Usage, $"{flag}: {exception.Message}");
        }
    }
}
