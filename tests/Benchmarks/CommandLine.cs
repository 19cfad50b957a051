using System.CommandLine;
using HostAtlas.Benchmarks.Rivals;
using HostAtlas.TestSupport;

namespace HostAtlas.Benchmarks;

/// <summary><c>./hostatlas bench [NAME]</c>: one command a benchmark; without a name the list of them.</summary>
internal static class CommandLine
{
    /// <summary>The commands.</summary>
    public static RootCommand Build()
    {
        var root = new RootCommand("HostAtlas's benchmarks, each against a named rival in the same run.");
        foreach (var (name, benchmark) in Benchmark.All) root.Subcommands.Add(Build(name, benchmark));
        root.SetAction(_ =>
        {
            foreach (var (name, benchmark) in Benchmark.All) Console.WriteLine($"{name,-10} {benchmark.What}");
            Console.WriteLine("\nOptions of each: --rounds N, --seconds S, --servers N, --json, --ours; NAME --help says more.");
        });
        return root;
    }

    private static Command Build(string name, Benchmark benchmark)
    {
        var defaults = benchmark.Defaults;
        var rounds = new Option<int>("--rounds")
        {
            Description = $"Measured rounds, 1-50; fewer than {BenchOptions.RoundsOfAResult} are a trial that is not kept.",
            DefaultValueFactory = _ => defaults.Rounds,
        };
        var seconds = new Option<double>("--seconds")
        {
            Description = "How long each contender is loaded in a round, 0.1-60.",
            DefaultValueFactory = _ => defaults.Seconds,
        };
        var servers = new Option<int>("--servers")
        {
            Description = "How many servers report, 1-5000.",
            DefaultValueFactory = _ => defaults.Servers,
        };
        Require(rounds, 1, 50);
        Require(seconds, 0.1, 60);
        Require(servers, 1, 5_000);
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var ours = new Option<bool>("--ours") { Description = "Leave out the rivals that must be fetched; a trial that is not kept." };
        var command = new Command(name, benchmark.What) { rounds, seconds, servers, json, ours };
        command.SetAction((parse, stop) => RunAsync(
            name, benchmark,
            new BenchOptions(parse.GetValue(rounds), parse.GetValue(seconds), parse.GetValue(servers))
            {
                OursAlone = parse.GetValue(ours),
                Stop = stop,
            },
            parse.GetValue(json)));
        return command;
    }

    private static void Require<T>(Option<T> option, T least, T most) where T : IComparable<T> => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<T>() is { } value && (value.CompareTo(least) < 0 || value.CompareTo(most) > 0))
            result.AddError($"{option.Name} {value}: {least}-{most} is expected.");
    });

    private static async Task<int> RunAsync(string name, Benchmark benchmark, BenchOptions options, bool json)
    {
        try
        {
            var machine = Machine.Describe(TimeProvider.System.GetUtcNow());
            var page = await benchmark.RunAsync(options);
            if (options.OursAlone) page = page with { Notes = [.. page.Notes, "Without the rivals: the ratios are among ourselves."] };
            Console.WriteLine(json ? page.ToJson(options) : page.ToMarkdown(options, machine));
            if (options.IsTrial) return 0;
            var file = Path.Combine(Repository.Root, "tests", "Benchmarks", "results", $"{name}.md");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, page.ToMarkdown(options, machine));
            return 0;
        }
        catch (OperationCanceledException) when (options.Stop.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"bench {name}: ended before its time; nothing was kept.");
            return 1;
        }
        catch (RivalMissingException missing)
        {
            await Console.Error.WriteLineAsync($"bench {name}: {missing.Message}");
            return 1;
        }
    }
}
