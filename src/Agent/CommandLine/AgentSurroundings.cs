using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Collect;
using HostAtlas.Agent.Inventory;
using HostAtlas.Agent.Uplink;

namespace HostAtlas.Agent.CommandLine;

/// <summary>What a verb takes from outside: streams, clocks, chance, and what the environment says. Program.cs fills it, tests replace
/// it.</summary>
internal sealed record AgentSurroundings
{
    /// <summary>Standard input, for secrets (<c>-</c>).</summary>
    public required TextReader In { get; init; }

    /// <summary>Standard input as bytes, for the filter.</summary>
    public Func<Stream> OpenInput { get; init; } = Console.OpenStandardInput;

    /// <summary>Standard output as bytes, for the filter.</summary>
    public Func<Stream> OpenOutput { get; init; } = Console.OpenStandardOutput;

    /// <summary>Results.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Events, warnings, faults.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>All clocks.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Numbers in [0, 1), for jitter.</summary>
    public required Func<double> Random { get; init; }

    /// <summary>HTTPS_PROXY and NO_PROXY.</summary>
    public required ProxyChoice Proxy { get; init; }

    /// <summary>Whether standard input and output are a terminal: only there is a recovery key shown and a question asked.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Whether standard error is a terminal: only there is a bar drawn.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Bytes that nobody can guess, for keys and ids.</summary>
    public RandomBytes RandomBytes { get; init; } = System.Security.Cryptography.RandomNumberGenerator.Fill;

    /// <summary>Makes what reads this host.</summary>
    public required Func<HostCollector> NewCollector { get; init; }

    /// <summary>What an inventory looks at.</summary>
    public Func<TimeProvider, InventoryGround> InventoryGround { get; init; } = Inventory.InventoryGround.ThisHost;
}

/// <summary>A verb cannot do what it was told; the text says what to do next.</summary>
internal sealed class VerbFailedException(int exitCode, string message) : Exception(message)
{
    /// <summary>One of <see cref="CommandLine.ExitCode"/>.</summary>
    public int ExitCode => exitCode;
}
