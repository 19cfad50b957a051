using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Benchmarks.Hosts;

/// <summary>
/// One of this assembly's servers in a process of its own, so that its processor time can be told from the generator's and neither one's
/// garbage is the other's. Its folder goes with it.
/// </summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60), StopLimit = TimeSpan.FromSeconds(30);

    private readonly TempFolder _folder = new();
    private readonly ChildProcess _process;

    private HostProcess(string verb, int servers) => _process = ChildProcess.Start(
        "dotnet",
        [typeof(HostProcess).Assembly.Location, verb, _folder.Path, servers.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>Where it listens.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>The tokens of the servers that are enrolled there.</summary>
    public IReadOnlyList<string> Tokens { get; private set; } = [];

    /// <summary>Whom its clients trust.</summary>
    public X509Certificate2 Authority { get; private set; } = null!;

    /// <summary>Processor time it has used.</summary>
    public TimeSpan CpuTime => ProcessFigures.CpuTime(_process.Id);

    /// <summary>Starts one and waits until it is ready.</summary>
    public static async Task<HostProcess> StartAsync(string verb, int servers = 0)
    {
        var host = new HostProcess(verb, servers);
        try
        {
            await Poll.UntilAsync($"{verb} to be ready", StartLimit, () => Task.FromResult(host.IsReady()));
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await _process.TerminateAsync(StopLimit);
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private bool IsReady()
    {
        if (_process.HasExited) throw new InvalidOperationException($"The server ended during its start. It said:\n{_process.LastWords}");
        if (ReadyFile.TryRead(_folder.Path) is not { } ready) return false;
        (Url, Tokens, Authority) = (ready.Url, ready.Tokens, PlatformTrust.Load(_folder.File("ca.pem")));
        return true;
    }
}
