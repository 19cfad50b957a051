using HostAtlas.Benchmarks;

// Each benchmark runs against a named rival in the same process and the same minute, so that a ratio means something on any machine.
var benchmarks = new SortedDictionary<string, (string What, Func<Task> Run)>
{
    ["sqlite"] = ("durable embedded ingest against plain SQLite inserts of the same schema", SqliteIngest.RunAsync),
};

if (args is [var name] && benchmarks.TryGetValue(name, out var benchmark))
{
    await benchmark.Run();
    return 0;
}
foreach (var (known, (what, _)) in benchmarks) Console.WriteLine($"{known,-10} {what}");
return args.Length == 0 ? 0 : 2;
