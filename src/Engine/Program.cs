using System.CommandLine;
using HostAtlas.Engine.Operations;

const string Summary = "HostAtlas's engine. The embedded platform runs it inside HostAtlas.Gateway; here are the operators' verbs.";

var root = new RootCommand(Summary) { OpsCommandLine.Build(), StoreCommandLine.Build() };
var parsed = root.Parse(args);
var exit = await parsed.InvokeAsync();
// System.CommandLine answers wrong usage with 1; the contract says 2.
return parsed.Errors.Count > 0 ? 2 : exit;
