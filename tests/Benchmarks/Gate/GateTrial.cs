using System.Collections.Concurrent;
using HostAtlas.Agent.Gate.Features;
using HostAtlas.Agent.Gate.Rules;

namespace HostAtlas.Benchmarks.Gate;

/// <summary>How many files of a class the gate and the plain rule hold back.</summary>
internal sealed class Tally
{
    private int _files, _ours, _beside, _plain;

    public int Files => _files;

    public int Ours => _ours;

    /// <summary>With those that are held back only because the gate knows what the file was before.</summary>
    public int Beside => _beside;

    public int Plain => _plain;

    /// <summary>Names of some that went the wrong way, for whoever looks into it.</summary>
    public ConcurrentQueue<string> Wrong { get; } = [];

    public void Add(bool ours, bool plain, bool? beside = null)
    {
        if (beside ?? ours) Interlocked.Increment(ref _beside);
        Interlocked.Increment(ref _files);
        if (ours) Interlocked.Increment(ref _ours);
        if (plain) Interlocked.Increment(ref _plain);
    }
}

/// <summary>
/// Judges files as <c>hostatlas-agent gate</c> does: each as new, after learning, by its content and its name; and as a backup does, beside
/// its last version.
/// </summary>
internal sealed class GateTrial
{
    private readonly ThreadLocal<FeatureCollector> _collector = new(() => new FeatureCollector());

    /// <summary>Judges one.</summary>
    /// <param name="file">The file.</param>
    /// <param name="isDeclared">It is meant to be encrypted.</param>
    /// <param name="before">What it was.</param>
    public FileVerdict Judge(Victim file, bool isDeclared = false, Victim? before = null)
    {
        var collector = _collector.Value!;
        collector.Begin();
        collector.Push(file.Bytes);
        var features = collector.Finish();
        return FileJudge.Judge(features, new FileContext
        {
            Name = Path.GetFileName(file.Name),
            IsDeclared = isDeclared,
            Before = before is { } was ? Judge(was).Record : null,
        });
    }

    /// <summary>Judges ordinary files, on all cores.</summary>
    public SortedDictionary<string, Tally> Benign(IEnumerable<(string Class, Victim File)> files, CancellationToken stop)
    {
        var tallies = new ConcurrentDictionary<string, Tally>(StringComparer.Ordinal);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = stop };
        Parallel.ForEach(files, options, item =>
        {
            var verdict = Judge(item.File);
            var tally = tallies.GetOrAdd(item.Class, _ => new Tally());
            tally.Add(verdict.Verdict == GateVerdict.HeldBack, PlainRule.Hits(item.File.Bytes));
            if (verdict.Verdict == GateVerdict.HeldBack) tally.Wrong.Enqueue($"{item.File.Name}: {string.Join(", ", verdict.Rules)}");
        });
        return new SortedDictionary<string, Tally>(tallies, StringComparer.Ordinal);
    }

    /// <summary>Attacks so many files in each way.</summary>
    public IReadOnlyList<(Attack Attack, Tally Tally)> Attacked(
        IReadOnlyList<Attack> attacks, IReadOnlyList<Victim> bases, int each, CancellationToken stop)
    {
        var result = attacks.Select(attack => (Attack: attack, Tally: new Tally())).ToList();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = stop };
        for (var i = 0; i < result.Count; i++)
        {
            var (attack, tally) = result[i];
            var seed = i * 100_000;
            // A file that is too small for the attack is passed over for another.
            Parallel.For(0, each * 3, options, turn =>
            {
                if (tally.Files >= each) return;
                var chance = new Random(seed + turn);
                var file = bases[chance.Next(bases.Count)];
                if (attack.Run(file, chance) is not { Bytes.Length: >= 8192 } victim
                    || victim.Bytes.AsSpan().SequenceEqual(file.Bytes)) return;
                var alone = IsHeldBack(Judge(victim));
                var beside = alone || IsHeldBack(Judge(victim, before: file));
                tally.Add(alone, PlainRule.Hits(victim.Bytes), beside);
                if (!beside) tally.Wrong.Enqueue($"{file.Name} ({file.Bytes.Length:N0} bytes)");
            });
        }
        return result;
    }

    private static bool IsHeldBack(FileVerdict verdict) => verdict.Verdict == GateVerdict.HeldBack;
}
