using System.Globalization;
using HostAtlas.Agent.Collect;
using HostAtlas.Agent.Gate.Containers;
using HostAtlas.Agent.Gate.Features;
using HostAtlas.Benchmarks.Gate;
using HostAtlas.Benchmarks.Results;

namespace HostAtlas.Benchmarks;

/// <summary>
/// The gate against ordinary files and against attacks, beside the plain rule "entropy of the first MiB above 7.95 and no known magic", and
/// how fast it looks. Which files it flags does not depend on the machine's load.
/// </summary>
internal static class GateBench
{
    private const double FullSizeSeconds = 30;
    private const int FullBenign = 24_000, FullMade = 60, FullBases = 600, FullEach = 300;
    private const int SpeedBytes = 256 << 20, BaseLeast = 16 << 10, BaseMost = 4 << 20;

    private static readonly HashSet<string> Containers = [.. new ContainerProbes().Names];

    /// <summary>Runs it: 800 of this machine's files for each second that was asked for.</summary>
    public static async Task<ResultPage> RunAsync(BenchOptions options)
    {
        var scale = options.Seconds / FullSizeSeconds;
        int Scaled(int full) => Math.Max(12, (int)(full * scale));
        var trial = new GateTrial();
        var paths = BenignFiles.OfThisMachine(Scaled(FullBenign));
        var bases = Bases(paths, Scaled(FullBases));
        var chance = new Random(1);
        var ordinary = paths.Select(Read).OfType<Victim>().Select(file => ("this machine's: " + Kind(file), file));
        var benign = trial.Benign(ordinary, options.Stop);
        foreach (var (name, tally) in trial.Benign(BenignFiles.Made(bases, Scaled(FullMade), chance), options.Stop)) benign[name] = tally;
        var attacks = trial.Attacked(Attacks.All, bases, Scaled(FullEach), options.Stop);
        var strange = trial.Attacked(StrangeAttacks.All, bases, Scaled(FullEach), options.Stop);
        var declared = new Tally();
        foreach (var file in BenignFiles.Encrypted(bases, chance))
            declared.Add(trial.Judge(file, isDeclared: true).Rules.Count > 0, PlainRule.Hits(file.Bytes));
        benign["encrypted, declared (gpg, age, LUKS, openssl)"] = declared;
        Packing.End();
        var lines = new List<string>();
        Append(lines, benign);
        Append(lines, attacks);
        AppendStrange(lines, strange);
        return new ResultPage(
            "gate", "The ransomware gate: what it sees, and what it flags by mistake", How(bases.Count), [await SpeedAsync(options, bases)])
        {
            Lines = lines,
            Notes =
            [
                "The held-out set differs from the tuned one in cipher, stride, magic number and format, but it was not blind: while the "
                + "gate was written its misses were looked at as well, and decoders, the cell test and the key search were mended by them.",
                "Beside: beside the file's last version, as in a backup of a file that was there before; alone: a file that is new.",
                "Speed: counting takes two fifths of the time; the distances between rare bytes, in up to three blocks of 64 KiB of "
                + "programs and data, a sixth; decoding archives costs four times as much as all of that.",
                BenignFiles.HasCryptsetup
                    ? "LUKS: volumes by cryptsetup, one that was encrypted in place among them."
                    : "LUKS: cryptsetup is not installed (apt-get install cryptsetup-bin); a volume was made by hand.",
                .. Wrong(benign, attacks),
            ],
        };
    }

    private static string How(int bases) =>
        "Ordinary files: this machine's own, drawn evenly from /usr, /etc, /var/lib, /opt, /boot and the package cache, and files made by "
        + $"the programs here. Attacks: on {bases:N0} of the machine's files of 16 KiB to 4 MiB (archives and pictures among them). "
        + $"\"Tuned\": {Names(Ciphers.Tuning)}, strides of powers of two, XOR keys of powers of two, gz, xz, zip deflated, openssl CTR, "
        + $"gpg. \"Held out\": {Names(Ciphers.HeldOut)}, strides such as 7 of 14, 24 of 56, 33 of 77, 3,000 of 10,000, 48 of 200 KiB, "
        + "other magic numbers, zst, bz2, zip stored, base64url and ascii85, odd key lengths, openssl ChaCha20, 7z with a password. "
        + "Each file is judged alone, as `hostatlas-agent gate` does.";

    private static string Names((string Name, Cipher Encrypt)[] ciphers) => string.Join(", ", ciphers.Select(cipher => cipher.Name));

    private static IReadOnlyList<Victim> Bases(IReadOnlyList<string> paths, int count) =>
    [
        .. paths.Where(path => new FileInfo(path) is { Exists: true, Length: >= BaseLeast and <= BaseMost }).Take(count).Select(Read)
            .OfType<Victim>(),
    ];

    private static Victim? Read(string path)
    {
        try
        {
            return new Victim(path, File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Kind(Victim file) => file.Bytes.Length < 8192
        ? "under 8 KiB"
        : Path.GetExtension(file.Name).ToUpperInvariant() switch
        {
            ".GZ" or ".XZ" or ".ZST" or ".BZ2" or ".LZ4" or ".ZIP" or ".JAR" or ".NUPKG" or ".WHL" or ".DEB" or ".BR" => "archives",
            ".PNG" or ".JPG" or ".JPEG" or ".GIF" or ".WEBP" or ".ICO" or ".SVG" or ".PDF"
                or ".OGG" or ".MP3" or ".WOFF2" or ".WOFF" or ".TTF" =>
                "media, fonts, PDF",
            ".SO" or ".A" or ".O" or ".DLL" or ".EXE" or ".KO" or ".PYC" or ".CLASS" => "programs",
            _ => file.Bytes.AsSpan(0, Math.Min(file.Bytes.Length, 4096)).Contains((byte)0) ? "other binaries" : "text",
        };

    private static void Append(List<string> lines, SortedDictionary<string, Tally> benign)
    {
        lines.AddRange(["", "| ordinary files | files | flagged by us | by the plain rule |", "| --- | ---: | ---: | ---: |"]);
        foreach (var (name, tally) in benign)
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"| {name} | {tally.Files:N0} | {tally.Ours} | {tally.Plain} |"));
        var (all, ours, plain) = (benign.Values.Sum(t => t.Files), benign.Values.Sum(t => t.Ours), benign.Values.Sum(t => t.Plain));
        lines.Add(string.Create(CultureInfo.InvariantCulture,
            $"| **all** | {all:N0} | {ours} ({100.0 * ours / all:0.000} %) | {plain} ({100.0 * plain / all:0.000} %) |"));
        lines.AddRange(["", "Goal: <= 0.05 %."]);
    }

    private static void Append(List<string> lines, IReadOnlyList<(Attack Attack, Tally Tally)> attacks)
    {
        lines.AddRange(
        [
            "", "| attack | tuned: files | seen alone | beside | by the plain rule "
                + "| held out: files | seen alone | beside | by the plain rule |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        ]);
        foreach (var kind in attacks.GroupBy(entry => entry.Attack.Class))
        {
            var (tuned, held) = (kind.First(entry => !entry.Attack.IsHeldOut).Tally, kind.First(entry => entry.Attack.IsHeldOut).Tally);
            lines.Add($"| {kind.Key} | {Cells(tuned)} | {Cells(held)} |");
        }
        lines.AddRange(["", "Goal: >= 99 % on each of at least 12 classes."]);
    }

    private static void AppendStrange(List<string> lines, IReadOnlyList<(Attack Attack, Tally Tally)> attacks)
    {
        lines.AddRange(
        [
            "", "Shapes that no rule was written for, thought of when the rules were done:", "",
            "| attack | files | seen alone | beside | by the plain rule |", "| --- | ---: | ---: | ---: | ---: |",
        ]);
        foreach (var (attack, tally) in attacks) lines.Add($"| {attack.Class} | {Cells(tally)} |");
    }

    private static string Cells(Tally tally) => tally.Files == 0 ? "0 | - | - | -" : string.Create(CultureInfo.InvariantCulture,
        $"{tally.Files} | {tally.Ours} ({Share(tally.Ours, tally):0.0} %) | {Share(tally.Beside, tally):0.0} % "
        + $"| {Share(tally.Plain, tally):0.0} %");

    private static double Share(int seen, Tally tally) => 100.0 * seen / tally.Files;

    private static IEnumerable<string> Wrong(SortedDictionary<string, Tally> benign, IReadOnlyList<(Attack Attack, Tally Tally)> attacks)
    {
        foreach (var (_, tally) in benign)
        {
            foreach (var wrong in tally.Wrong.Take(12)) yield return $"flagged by mistake: {wrong}";
        }
        foreach (var (attack, tally) in attacks)
        {
            if (!tally.Wrong.IsEmpty)
                yield return $"not seen, also not beside, {attack.Class}{(attack.IsHeldOut ? " (held out)" : "")}: "
                    + string.Join("; ", tally.Wrong.Take(4));
        }
    }

    // Features 1 to 5 are what each byte of each file costs; containers are decoded on top of that, and have a row of their own. Processor
    // time, not time on the wall: others share the machine.
    private static async Task<ResultTable> SpeedAsync(BenchOptions options, IReadOnlyList<Victim> bases)
    {
        var collector = new FeatureCollector();
        var plain = bases.Where(file => Look(collector, file.Bytes) is { DenseBytes: 0 } seen && !Containers.Contains(seen.Type)).ToList();
        var counts = new ByteCounts();
        var figures = await Contest.RunAsync(options, options.Span,
        [
            new Contender<double>("plain entropy, one histogram", _ => Task.FromResult(Speed(options, plain, bytes =>
            {
                counts.Clear();
                counts.Add(bytes);
                return counts.Entropy;
            }))),
            new Contender<double>("features 1-5: text, programs, data", _ =>
                Task.FromResult(Speed(options, plain, bytes => Look(collector, bytes).Entropy))),
            new Contender<double>("all of the gate: archives among them", _ =>
                Task.FromResult(Speed(options, bases, bytes => Look(collector, bytes).Entropy))),
        ]);
        return new ResultTable("GB/s a core (processor time), this machine's files of 16 KiB to 4 MiB", "0.00", Better.More,
            [.. figures.Select(figure => new ResultRow(figure.Name, figure.Rounds))])
        { Goal = "features 1-5 >= 1 GB/s a core" };
    }

    private static FileFeatures Look(FeatureCollector collector, byte[] bytes)
    {
        collector.Begin();
        collector.Push(bytes);
        return collector.Finish();
    }

    private static double Speed(BenchOptions options, IReadOnlyList<Victim> files, Func<byte[], double> look)
    {
        var start = ThreadTime.Read();
        var (bytes, entropy) = (0L, 0.0);
        for (var i = 0; bytes < (options.IsTrial ? SpeedBytes / 8 : SpeedBytes); bytes += files[i++ % files.Count].Bytes.Length)
            entropy += look(files[i % files.Count].Bytes);
        return entropy < 0 ? 0 : bytes / 1e9 / (ThreadTime.Read() - start).TotalSeconds;
    }
}
