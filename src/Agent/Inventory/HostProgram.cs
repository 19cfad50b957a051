using System.Diagnostics;
using System.Text;
using HostAtlas.Agent.Running;

namespace HostAtlas.Agent.Inventory;

/// <summary>What a program answered.</summary>
/// <param name="ExitCode">As it ended; null: it did not start, or was ended for its time or its output.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Reason">Why there is no exit code, or what it wrote to standard error, cut.</param>
internal sealed record ProgramAnswer(int? ExitCode, string Output, string Reason);

/// <summary>Runs a program of this host: <see cref="HostProgram.RunAsync"/>, or what a test has it answer.</summary>
internal delegate Task<ProgramAnswer> ProgramRunner(
    string path, IReadOnlyList<string> arguments, TimeSpan timeMax, CancellationToken stop);

/// <summary>
/// Runs one of the host's own programs to its end, as <see cref="ClosedProcess"/> starts it: nothing on standard input, a low priority,
/// a limit on time and on output. Nothing of it comes from the platform.
/// </summary>
internal static class HostProgram
{
    /// <summary>Bytes of output beyond which a program is ended.</summary>
    public const int OutputMaxBytes = 4 << 20;

    private const int ErrorMaxBytes = 4 << 10;

    /// <summary>Runs a program to its end.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="arguments">Its arguments, each as it is.</param>
    /// <param name="timeMax">After it the program is ended.</param>
    /// <param name="stop">Ends it too, by <see cref="OperationCanceledException"/>.</param>
    public static async Task<ProgramAnswer> RunAsync(
        string path, IReadOnlyList<string> arguments, TimeSpan timeMax, CancellationToken stop)
    {
        var start = ClosedProcess.Of(path, arguments);
        try
        {
            using var process = Process.Start(start);
            return process is null ? new ProgramAnswer(null, "", "does not start") : await FinishAsync(process, timeMax, stop);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return new ProgramAnswer(null, "", $"does not start: {exception.Message}");
        }
    }

    private static async Task<ProgramAnswer> FinishAsync(Process process, TimeSpan timeMax, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(timeMax);
        try
        {
            Calm(process);
            process.StandardInput.Close();
            var errors = ReadAsync(process.StandardError.BaseStream, ErrorMaxBytes, limit.Token);
            var (output, whole) = await ReadAsync(process.StandardOutput.BaseStream, OutputMaxBytes, limit.Token);
            if (!whole) return new ProgramAnswer(null, "", $"said more than {OutputMaxBytes >> 20} MiB");
            var (said, _) = await errors;
            await process.WaitForExitAsync(limit.Token);
            return new ProgramAnswer(process.ExitCode, output, said.Trim());
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new ProgramAnswer(null, "", $"did not end within {timeMax.TotalSeconds:0} s");
        }
        finally
        {
            End(process);
        }
    }

    private static void Calm(Process process)
    {
        try
        {
            // Nice 10: a tenth of what others get. The lowest gets a hundredth, and on a host whose processors are all busy, which is one
            // that people want to hear of, apt's two seconds then take longer than the limit.
            process.PriorityClass = ProcessPriorityClass.BelowNormal;
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended already, or this process may not: then it runs as others do.
        }
    }

    private static void End(Process process)
    {
        try
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It ended in between.
        }
    }

    // What comes beyond the bound of standard error is read and let go, so that the program does not wait for a reader.
    private static async Task<(string Text, bool Whole)> ReadAsync(Stream stream, int maxBytes, CancellationToken stop)
    {
        var kept = new MemoryStream();
        var buffer = new byte[16 << 10];
        var whole = true;
        while (await stream.ReadAsync(buffer, stop) is > 0 and var read)
        {
            var room = (int)Math.Min(read, maxBytes - kept.Length);
            kept.Write(buffer, 0, room);
            if (room == read) continue;
            whole = false;
            if (maxBytes == OutputMaxBytes) break;
        }
        return (Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length), whole);
    }
}
