using HostAtlas.Engine.Vault;
using HostAtlas.Engine.Vault.S3;

namespace HostAtlas.Gateway.Hosting;

/// <summary>The settings <c>vault.…</c> as they were given; null for what was not.</summary>
internal sealed record VaultSettings
{
    /// <summary><c>vault.kind</c>.</summary>
    public VaultKind Kind { get; init; }

    /// <summary><c>vault.endpoint</c>.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary><c>vault.region</c>.</summary>
    public string? Region { get; init; }

    /// <summary><c>vault.bucket</c>.</summary>
    public string? Bucket { get; init; }

    /// <summary><c>vault.prefix</c>.</summary>
    public string? Prefix { get; init; }

    /// <summary><c>vault.keys_file</c>: mode 0600, the access key and the secret key, a line each.</summary>
    public string? KeysFile { get; init; }

    /// <summary><c>vault.path_style</c>.</summary>
    public bool? PathStyle { get; init; }

    /// <summary><c>vault.ca_file</c>.</summary>
    public string? CaFile { get; init; }

    /// <summary><c>vault.lock_mode</c>.</summary>
    public S3LockMode? LockMode { get; init; }

    /// <summary><c>vault.lock_days</c>.</summary>
    public int? LockDays { get; init; }

    /// <summary>The vault's options with the keys in them, and everything that is wrong; no fault repeats a key.</summary>
    public (VaultOptions Options, IReadOnlyList<string> Faults) Resolve()
    {
        if (Kind == VaultKind.Directory)
        {
            return (VaultOptions.Directory, this == new VaultSettings() ? [] :
                ["vault.kind: only \"s3\" has vault.endpoint and the others. Set it, or leave those out."]);
        }
        var faults = new List<string>();
        Need(Endpoint, "endpoint", "an https address");
        Need(Region, "region", "the region's name");
        Need(Bucket, "bucket", "the bucket's name");
        Need(KeysFile, "keys_file", "a file of mode 0600 with the access key and the secret key, a line each");
        var (access, secret, fault) = KeysFile is { } file ? S3KeysFile.Read(file) : ("-", "-", null);
        if (fault is not null) faults.Add($"vault.keys_file: {fault}");
        var s3 = new S3Options
        {
            // What is missing is told above; the rest is judged with something in its place.
            Endpoint = Endpoint ?? new Uri("https://missing.invalid"),
            Region = Region ?? "missing",
            Bucket = Bucket ?? "missing",
            Prefix = Prefix ?? "",
            AccessKey = fault is null ? access : "-",
            SecretKey = fault is null ? secret : "-",
            PathStyle = PathStyle ?? true,
            CaFile = CaFile,
            LockMode = LockMode,
            LockDays = LockDays,
        };
        faults.AddRange(s3.Faults());
        return (new VaultOptions(VaultKind.S3, s3), faults);

        void Need(object? given, string key, string what)
        {
            if (given is null) faults.Add($"vault.kind = \"s3\": vault.{key} must name {what}.");
        }
    }
}
