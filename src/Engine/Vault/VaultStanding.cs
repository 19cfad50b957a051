namespace HostAtlas.Engine.Vault;

/// <summary>What people and operators are told of the vault: where it is, and which way objects go into it. Thread-safe.</summary>
public sealed class VaultStanding(VaultOptions options)
{
    private volatile VaultRoute _route = options.Kind == VaultKind.Directory
        ? new VaultRoute(false, "The vault lies in the platform's data folder.")
        : new VaultRoute(false, "The platform has not tried its own tickets yet.");

    /// <summary>What it was configured as.</summary>
    public VaultOptions Options => options;

    /// <summary>Which way objects go into it now.</summary>
    public VaultRoute Route
    {
        get => _route;
        set => _route = value;
    }
}

/// <summary>Which way objects go into the vault.</summary>
/// <param name="IsDirect">Tickets lead to the S3 server itself; else to the gateway, which looks at each object.</param>
/// <param name="Why">Why so, in a sentence for people.</param>
public sealed record VaultRoute(bool IsDirect, string Why)
{
    /// <summary>What the platform tried with its own ticket; empty for a directory and before the first try.</summary>
    public IReadOnlyList<TicketAttack> Attacks { get; init; } = [];

    /// <summary>What is remarkable about the bucket, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>Something that the platform tried with its own ticket.</summary>
/// <param name="Name">In a few words, e.g. <c>overwrite</c>.</param>
/// <param name="Succeeded">The S3 server let it through.</param>
public sealed record TicketAttack(string Name, bool Succeeded);
