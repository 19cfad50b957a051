using System.CommandLine;
using HostAtlas.Benchmarks;
using HostAtlas.Benchmarks.Hosts;

if (await HostVerbs.TryRunAsync(args)) return 0;
var parsed = CommandLine.Build().Parse(args);
// Servers that were started must be stopped, also when the benchmark itself is told to end.
var exit = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });
// System.CommandLine answers wrong usage with 1; everywhere else in this checkout it is 2.
return parsed.Errors.Count > 0 ? 2 : exit;
