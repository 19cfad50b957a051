using System.Collections;
using System.CommandLine;
using HostAtlas.Engine.Operations;
using HostAtlas.Gateway.Hosting;
using HostAtlas.Gateway.Watch;

// The only place that reads the environment.
var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
    .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? string.Empty, StringComparer.Ordinal);

var root = new RootCommand("HostAtlas: watches servers and keeps their backups.")
{
    ServeCommand.Build(environment), OpsCommandLine.Build(), StoreCommandLine.Build(),
};
foreach (var command in ConsoleCommands.Build()) root.Subcommands.Add(command);

var parsed = root.Parse(args);
// The platform's host hears SIGTERM itself and drains; a second handler beside it would race with the end of the process and abort it.
var hasOwnHost = args is ["serve", ..];
var exit = await parsed.InvokeAsync(
    new InvocationConfiguration { ProcessTerminationTimeout = hasOwnHost ? null : TimeSpan.FromSeconds(2) });
// System.CommandLine answers wrong usage with 1; the contract says 2.
return parsed.Errors.Count > 0 ? 2 : exit;
