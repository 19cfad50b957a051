using HostAtlas.Engine.Vault.S3;

namespace HostAtlas.Engine.Vault;

/// <summary>Where objects lie.</summary>
public enum VaultKind
{
    /// <summary>Files in the data folder.</summary>
    Directory,

    /// <summary>A bucket of an S3 server.</summary>
    S3,
}

/// <summary>The choice of the vault.</summary>
/// <param name="Kind">Which.</param>
/// <param name="S3">The bucket; null for a directory.</param>
public sealed record VaultOptions(VaultKind Kind, S3Options? S3 = null)
{
    /// <summary>A directory, the default.</summary>
    public static VaultOptions Directory { get; } = new(VaultKind.Directory);

    /// <summary>Everything that is wrong with it, a sentence each.</summary>
    public IReadOnlyList<string> Faults() => (Kind, S3) switch
    {
        (VaultKind.Directory, null) => [],
        (VaultKind.Directory, _) => ["vault.kind: only \"s3\" has an endpoint, a bucket and keys. Set it, or leave those out."],
        (_, null) => ["vault.kind = \"s3\": vault.endpoint, vault.region, vault.bucket and vault.keys_file must say where."],
        (_, { } s3) => s3.Faults(),
    };
}
