using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using HostAtlas.TestSupport;

namespace HostAtlas.Benchmarks.Gate;

/// <summary>Ordinary files: this machine's own, and what its programs make of some of them.</summary>
internal static class BenignFiles
{
    private const int MostBytes = 32 << 20;
    private const string Cryptsetup = "/usr/sbin/cryptsetup";

    private static readonly string[] Roots = ["/usr", "/etc", "/var/lib", "/opt", "/root/.nuget", "/boot"];

    private static readonly EnumerationOptions Walk = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Device,
        IgnoreInaccessible = true,
    };

    private static readonly (string Ending, string Program, string[] Arguments)[] Packers =
    [
        (".gz", "gzip", ["-c"]), (".gz", "gzip", ["-1", "-c"]), (".xz", "xz", ["-c", "-2"]), (".bz2", "bzip2", ["-c"]),
        (".zst", "zstd", ["-q", "-c"]), (".zst", "zstd", ["-q", "-19", "-c"]), (".lz4", "lz4", ["-q", "-c"]),
        (".lzma", "xz", ["-c", "-F", "lzma"]),
        (".br", "brotli", ["-c", "-q", "5"]),
    ];

    /// <summary>Whether volumes of LUKS can be made by the program for it.</summary>
    public static bool HasCryptsetup => File.Exists(Cryptsetup);

    /// <summary>So many of this machine's files, spread evenly over all of them.</summary>
    public static IReadOnlyList<string> OfThisMachine(int count)
    {
        var all = Roots.Where(Directory.Exists).SelectMany(root => Directory.EnumerateFiles(root, "*", Walk)).Where(IsOrdinary)
            .Select(path => (Order: SHA256.HashData(Encoding.UTF8.GetBytes(path))[..8], Path: path))
            .OrderBy(file => Convert.ToHexString(file.Order), StringComparer.Ordinal);
        return [.. all.Take(count).Select(file => file.Path)];
    }

    /// <summary>Files that are made: their class, and the file.</summary>
    public static IEnumerable<(string Class, Victim File)> Made(IReadOnlyList<Victim> bases, int count, Random chance)
    {
        for (var i = 0; i < count; i++)
        {
            var file = bases[chance.Next(bases.Count)];
            foreach (var (ending, program, arguments) in Packers)
            {
                if (i % 3 == 0 && Packing.Run(file, ending, program, arguments) is { } packed) yield return ("packed: " + ending, packed);
            }
            if (i % 3 == 0 && Packing.SevenZip(file, "-mx3") is { } seven) yield return ("packed: .7z", seven);
            yield return ("office documents (zip of XML)", Office(bases, chance));
            yield return ("tables of numbers and ids", Table(chance));
            yield return ("text: SQL, CSV, logs, digests", Text(chance));
            yield return ("tar of everything", Tar(bases, chance));
            if (Picture(i, chance) is { } picture) yield return ("pictures", picture);
        }
        foreach (var file in Databases(chance)) yield return ("database files and dumps", file);
        foreach (var file in DiskImages(bases)) yield return ("disk images", file);
    }

    /// <summary>Files that are meant to be encrypted, to be declared.</summary>
    public static IEnumerable<Victim> Encrypted(IReadOnlyList<Victim> bases, Random chance)
    {
        for (var i = 0; i < 12; i++)
        {
            var file = bases[chance.Next(bases.Count)];
            if (Packing.ByProgram(file, isHeldOut: false, chance) is { } made) yield return made;
            if (Packing.Run(file, ".age", "sh", "-c",
                "f=$(mktemp) && rm $f && age-keygen -o $f 2>/dev/null && age -e -i $f; rm -f $f") is { } age) yield return age;
        }
        if (!HasCryptsetup)
            yield return new Victim("volume.luks", [.. "LUKS\xBA\xBE\0\u0001"u8, .. new byte[4088], .. Ciphers.Bytes(chance, 1 << 20)]);
        foreach (var volume in Volumes(bases, chance)) yield return volume;
    }

    /// <summary>Volumes of LUKS as cryptsetup makes them, without the kernel; none where it is not installed.</summary>
    private static IEnumerable<Victim> Volumes(IReadOnlyList<Victim> bases, Random chance)
    {
        using var folder = new TempFolder();
        var file = folder.File("volume");
        foreach (var version in (string[])["luks1", "luks2"])
        {
            // A file system full of files, encrypted in place; and one that was only begun.
            foreach (var encrypts in (bool[])[true, false])
            {
                using (var volume = File.Create(file))
                {
                    if (encrypts) for (var i = 0; i < 12; i++) volume.Write(bases[chance.Next(bases.Count)].Bytes);
                    volume.SetLength(((Math.Max(volume.Length, 8 << 20) + 4095) & ~4095) + (encrypts ? 32 << 20 : 0));
                }
                var command = encrypts ? "reencrypt --encrypt --reduce-device-size 16M" : "luksFormat";
                if (Shell($"printf pw | {Cryptsetup} {command} --type {version} --batch-mode --key-file - "
                    + $"--pbkdf pbkdf2 --pbkdf-force-iterations 1000 '{file}'"))
                    yield return new Victim($"{version}.img", File.ReadAllBytes(file));
                File.Delete(file);
            }
        }
    }

    private static bool IsOrdinary(string path)
    {
        try
        {
            return new FileInfo(path) is { LinkTarget: null, Length: > 0 and <= MostBytes };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static Victim Office(IReadOnlyList<Victim> bases, Random chance)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (var part = 0; part < 6; part++)
            {
                using var entry = zip.CreateEntry($"word/part{part}.xml", CompressionLevel.Optimal).Open();
                entry.Write(Encoding.UTF8.GetBytes(Sentences(chance, 200 + chance.Next(3_000))));
            }
            using var media = zip.CreateEntry("word/media/image1.bin", CompressionLevel.NoCompression).Open();
            media.Write(Packing.Gzip(bases[chance.Next(bases.Count)]).Bytes);
        }
        return new Victim("report.docx", packed.ToArray());
    }

    private static Victim Table(Random chance)
    {
        var rows = 2_000 + chance.Next(20_000);
        using var table = new MemoryStream();
        using var writer = new BinaryWriter(table);
        var kind = chance.Next(5);
        for (var row = 0; row < rows; row++)
        {
            switch (kind)
            {
                case 0: writer.Write(chance.NextDouble() * 1000); break;
                case 1: writer.Write((float)Math.Sin(row / 50.0) * 3000 + (float)chance.NextDouble()); break;
                case 2: writer.Write((short)((Math.Sin(row / 20.0) * 9000) + chance.Next(-900, 900))); break;
                case 3:
                    writer.Write(Ciphers.Bytes(chance, 16));
                    writer.Write(row);
                    writer.Write(1_700_000_000L + row);
                    writer.Write(0);
                    break;
                default:
                    writer.Write(row);
                    writer.Write(chance.Next(100));
                    writer.Write(chance.NextDouble());
                    break;
            }
        }
        return new Victim(kind == 2 ? "sound.raw" : "table.dat", table.ToArray());
    }

    private static Victim Text(Random chance)
    {
        var text = new StringBuilder();
        var kind = chance.Next(4);
        for (var line = 0; line < 400 + chance.Next(4_000); line++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{kind switch
            {
                0 => $"INSERT INTO t VALUES ({line}, '{Uuid(chance)}', '{Sentences(chance, 8)}', {chance.NextDouble():0.000});",
                1 => $"{line},{chance.Next(1_000_000)},{chance.NextDouble()},{Sentences(chance, 3)}",
                2 => $"{Convert.ToHexStringLower(Ciphers.Bytes(chance, 32))}  usr/share/doc/{Sentences(chance, 1)}/file{line}.txt",
                _ => $"2026-11-25T10:{line / 60 % 60:00}:{line % 60:00}Z app[{chance.Next(9999)}]: {Sentences(chance, 9)} {Uuid(chance)}",
            }}\n");
        }
        return new Victim("text.txt", Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static string Uuid(Random chance) => new Guid(Ciphers.Bytes(chance, 16)).ToString();

    private static string Sentences(Random chance, int words)
    {
        var text = new StringBuilder();
        for (var word = 0; word < words; word++)
        {
            if (word > 0) text.Append(' ');
            for (var letter = 0; letter < 2 + chance.Next(8); letter++)
                text.Append("etaoinshrdlucmfwypvbgkqjxz"[(int)(26 * Math.Pow(chance.NextDouble(), 2))]);
        }
        return text.ToString();
    }

    private static Victim Tar(IReadOnlyList<Victim> bases, Random chance)
    {
        using var packed = new MemoryStream();
        using (var tar = new System.Formats.Tar.TarWriter(packed, leaveOpen: true))
        {
            for (var i = 0; i < 6; i++)
            {
                var file = bases[chance.Next(bases.Count)];
                var content = i % 2 == 0 ? file : Packing.Gzip(file);
                tar.WriteEntry(new System.Formats.Tar.PaxTarEntry(
                    System.Formats.Tar.TarEntryType.RegularFile, $"d/{i}{Path.GetExtension(content.Name)}")
                {
                    DataStream = new MemoryStream(content.Bytes),
                });
            }
        }
        return new Victim("all.tar", packed.ToArray());
    }

    private static Victim? Picture(int turn, Random chance)
    {
        string[] formats = ["png", "jpg", "gif", "webp", "tiff", "bmp"];
        string[] patterns = ["plasma:", "gradient:red-blue", "xc:gray +noise Random", "plasma:tomato-steelblue -blur 0x2"];
        var format = formats[turn % formats.Length];
        return Packing.Run(new Victim($"picture.{format}", [0]), "", "sh", "-c",
            $"convert -size {200 + chance.Next(600)}x{200 + chance.Next(400)} -seed {chance.Next(1000)} "
            + $"{patterns[chance.Next(patterns.Length)]} {format}:-");
    }

    private static IEnumerable<Victim> Databases(Random chance)
    {
        using var folder = new TempFolder();
        var file = folder.File("a.db");
        foreach (var blob in (string[])["hex(randomblob(16))", "randomblob(16)", "'row ' || value", "random()"])
        {
            var script = $"CREATE TABLE t(a INTEGER PRIMARY KEY, b, c TEXT); INSERT INTO t SELECT value, {blob}, 'some text ' || value "
                + $"FROM generate_series(1,{20_000 + chance.Next(9)}); CREATE INDEX i ON t(b);";
            File.Delete(file);
            if (Shell($"sqlite3 '{file}' \"{script}\"") && File.Exists(file)) yield return new Victim("a.sqlite", File.ReadAllBytes(file));
            if (Packing.Run(new Victim("a.sql", [0]), "", "sqlite3", file, ".dump") is { } dump) yield return dump;
        }
        var data = folder.File("pg");
        // A cluster as it is made: some thousand files of a real PostgreSQL.
        if (!Shell($"b=$(ls -d /usr/lib/postgresql/*/bin | tail -1) && mkdir '{data}' && chown postgres '{data}' "
            + $"&& chmod 755 '{folder.Path}' "
            + $"&& runuser -u postgres -- $b/initdb -D '{data}' >/dev/null")) yield break;
        foreach (var path in Directory.EnumerateFiles(data, "*", Walk).Where(IsOrdinary).Order(StringComparer.Ordinal))
            yield return new Victim(Path.GetFileName(path), File.ReadAllBytes(path));
    }

    private static IEnumerable<Victim> DiskImages(IReadOnlyList<Victim> bases)
    {
        using var folder = new TempFolder();
        for (var image = 0; image < 4; image++)
        {
            var (tree, file) = (folder.File($"tree{image}"), folder.File($"disk{image}"));
            Directory.CreateDirectory(tree);
            for (var i = 0; i < 40; i++)
            {
                var victim = bases[((image * 40) + i) % bases.Count];
                File.WriteAllBytes(
                    Path.Combine(tree, $"{i}-{Path.GetFileName(victim.Name)}"), i % 3 == 0 ? Packing.Gzip(victim).Bytes : victim.Bytes);
            }
            if (Shell($"/usr/sbin/mkfs.ext4 -q -d '{tree}' '{file}' 64M")) yield return new Victim("disk.img", File.ReadAllBytes(file));
        }
    }

    private static bool Shell(string script)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", $"{{ {script}; }} >/dev/null 2>&1"]))!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
