using HostAtlas.Agent.Collect;
using HostAtlas.Agent.CommandLine;
using HostAtlas.Agent.Uplink;

// The environment is read here and nowhere else.
#pragma warning disable RS0030
static string? Variable(string name) =>
    Environment.GetEnvironmentVariable(name) ?? Environment.GetEnvironmentVariable(name.ToLowerInvariant());
#pragma warning restore RS0030

var random = new Random();
return await new AgentCommandLine(new AgentSurroundings
{
    In = Console.In,
    Out = Console.Out,
    Error = Console.Error,
    IsTerminal = !Console.IsInputRedirected && !Console.IsOutputRedirected,
    ErrorIsTerminal = !Console.IsErrorRedirected,
    Time = TimeProvider.System,
    Random = random.NextDouble,
    Proxy = new ProxyChoice(Variable("HTTPS_PROXY"), Variable("NO_PROXY")),
    NewCollector = () => new HostCollector(HostRoots.ThisHost, TimeProvider.System),
}).InvokeAsync(args);
