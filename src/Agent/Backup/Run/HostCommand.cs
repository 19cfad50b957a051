using System.Diagnostics;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>Runs the commands that the host's own configuration names before and after a backup. The platform can name none.</summary>
internal static class HostCommand
{
    /// <summary>Runs a line of the shell and returns its exit code. Its standard error goes where this process's goes.</summary>
    /// <param name="line">The line.</param>
    /// <param name="result">The run's exit code for <c>post</c>, in HOSTATLAS_BACKUP_RESULT; null for <c>pre</c>.</param>
    /// <param name="outputToError">Its standard output goes to standard error too, because this process's own is read by a program.</param>
    /// <param name="cancellation">Ends the command.</param>
    public static async Task<int> RunAsync(string line, int? result, bool outputToError, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        start.ArgumentList.Add("-c");
        // The line stays as it is and becomes a shell of its own: what stands in it cannot undo where its output goes.
        if (outputToError) start.ArgumentList.Add("exec /bin/sh -c \"$0\" 1>&2");
        start.ArgumentList.Add(line);
        if (result is { } code)
            start.Environment["HOSTATLAS_BACKUP_RESULT"] = code.ToString(System.Globalization.CultureInfo.InvariantCulture);
        using var process = Process.Start(start) ?? throw new IOException("/bin/sh does not start.");
        try
        {
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        return process.ExitCode;
    }
}
