using System.Diagnostics;
using System.IO.Compression;
using HostAtlas.TestSupport;

namespace HostAtlas.Benchmarks.Gate;

/// <summary>Packs and encrypts files with the programs that are here. A program that is missing makes nothing.</summary>
internal static class Packing
{
    /// <summary>gzip by the runtime.</summary>
    public static Victim Gzip(Victim file)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(file.Bytes);
        return new Victim(file.Name + ".gz", packed.ToArray());
    }

    /// <summary>Puts a file into an archive.</summary>
    public static Victim? Pack(Victim file, bool isHeldOut, Random chance) => (isHeldOut, chance.Next(3)) switch
    {
        (false, 0) => Gzip(file),
        (false, 1) => Zip(file, CompressionLevel.Optimal),
        (false, _) => Run(file, ".xz", "xz", "-c", "-1"),
        (true, 0) => Run(file, ".zst", "zstd", "-q", "-c"),
        (true, 1) => Zip(file, CompressionLevel.NoCompression),
        (true, _) => Run(file, ".bz2", "bzip2", "-c"),
    };

    /// <summary>Encrypts a file with a program.</summary>
    public static Victim? ByProgram(Victim file, bool isHeldOut, Random chance) => (isHeldOut, chance.Next(2)) switch
    {
        (false, 0) => Run(file, ".enc", "openssl", "enc", "-aes-256-ctr", "-pbkdf2", "-iter", "1", "-pass", "pass:x"),
        (false, _) => Run(file, ".gpg", "gpg", "--batch", "--no-options", "--homedir", Home, "--passphrase", "x", "--symmetric",
            "--compress-algo", "none", "-o", "-"),
        (true, 0) => Run(file, ".enc", "openssl", "enc", "-chacha20", "-nosalt", "-pbkdf2", "-iter", "1", "-pass", "pass:x"),
        (true, _) => SevenZip(file, "-px", "-mx1"),
    };

    /// <summary>A folder of gpg's own, that no one else's keys are touched.</summary>
    private static string Home { get; } = Directory.CreateTempSubdirectory("gate-gpg").FullName;

    /// <summary>Sends away the agent that gpg starts of itself, and deletes its folder.</summary>
    public static void End()
    {
        using var process = Process.Start("sh",
            ["-c", "command -v gpgconf >/dev/null && gpgconf --homedir \"$0\" --kill all; rm -rf \"$0\"", Home]);
        process.WaitForExit();
    }

    /// <summary>Pipes a file through a program; null when there is no such program.</summary>
    public static Victim? Run(Victim file, string ending, string program, params string[] arguments)
    {
        using var folder = new TempFolder();
        var input = folder.File("in");
        File.WriteAllBytes(input, file.Bytes);
        string[] quoted = [program, .. arguments];
        using var process = Process.Start(new ProcessStartInfo("sh",
            ["-c", "command -v \"$0\" >/dev/null && exec \"$0\" \"$@\" < \"$GATE_IN\"", .. quoted])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["GATE_IN"] = input },
        })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        return process.ExitCode == 0 && output.Length > 0 ? new Victim(file.Name + ending, output.ToArray()) : null;
    }

    /// <summary>A 7z archive.</summary>
    public static Victim? SevenZip(Victim file, params string[] arguments)
    {
        using var folder = new TempFolder();
        var (input, archive) = (folder.File("content"), folder.File("a.7z"));
        File.WriteAllBytes(input, file.Bytes);
        string[] all = ["7z", "a", "-bd", .. arguments, archive, input];
        using var process = Process.Start(new ProcessStartInfo(
            "sh", ["-c", "command -v \"$0\" >/dev/null && exec \"$0\" \"$@\" >/dev/null", .. all]))!;
        process.WaitForExit();
        return File.Exists(archive) ? new Victim(file.Name + ".7z", File.ReadAllBytes(archive)) : null;
    }

    private static Victim Zip(Victim file, CompressionLevel level)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry(Path.GetFileName(file.Name), level).Open();
            entry.Write(file.Bytes);
        }
        return new Victim(file.Name + ".zip", packed.ToArray());
    }
}
