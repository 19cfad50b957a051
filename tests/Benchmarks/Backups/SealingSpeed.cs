using System.Diagnostics;
using System.Globalization;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Benchmarks.Rivals;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Benchmarks.Backups;

/// <summary>AES-256-GCM in memory on one core, in pieces of 16 KiB: ours as it seals the chunks of an object, against OpenSSL's own
/// benchmark.</summary>
internal static class SealingSpeed
{
    private const int BufferChunks = 64;

    /// <summary>Bytes a second of <c>openssl speed</c>.</summary>
    /// <param name="span">How long; OpenSSL counts in whole seconds.</param>
    public static async Task<double> OfOpenSslAsync(TimeSpan span)
    {
        var program = await DebianProgram.FindAsync("openssl", "openssl");
        var seconds = Math.Max(1, (int)span.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var finished = await ChildProcess.RunAsync(
            program, ["speed", "-mr", "-evp", "aes-256-gcm", "-bytes", "16384", "-seconds", seconds], TimeSpan.FromMinutes(2));
        // "+F:25:AES-256-GCM:3148979593.85"
        var line = finished.Output.Split('\n').LastOrDefault(text => text.StartsWith("+F:", StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"openssl speed said nothing of use:\n{finished.LastWords}");
        return double.Parse(line.Split(':')[^1], CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// Bytes a second of the agent's cipher, over a mebibyte that stays in the processor's cache. A second of the processor's time in user
    /// mode, as OpenSSL counts: on a busy machine the clock says something else.
    /// </summary>
    public static Task<double> OfOursAsync(TimeSpan span) => Task.Run(() =>
    {
        var bytes = new byte[BufferChunks * Cobblestone256.SealedChunkBytes];
        using var cipher = new CobblestoneCipher(new byte[Cobblestone256.KeyBytes], new byte[Cobblestone256.SaltBytes], []);
        var (watch, before, number) = (Stopwatch.StartNew(), Environment.CpuUsage.UserTime, 0L);
        while (watch.Elapsed < span)
        {
            for (var i = 0; i < BufferChunks; i++)
                cipher.SealChunk(number++, bytes.AsSpan(i * Cobblestone256.SealedChunkBytes, Cobblestone256.SealedChunkBytes));
        }
        return number * Cobblestone256.ChunkBytes / (Environment.CpuUsage.UserTime - before).TotalSeconds;
    });
}
