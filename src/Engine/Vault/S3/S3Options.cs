using System.Buffers;

namespace HostAtlas.Engine.Vault.S3;

/// <summary>Which bucket of which S3 server, and with whose keys.</summary>
public sealed record S3Options
{
    private const int PrefixMaxLength = 256, LockMaxDays = 36_500;

    // What needs no escaping in an address, so that a key is spelt one way only.
    private static readonly SearchValues<char> PrefixCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./");
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");

    /// <summary>The server, e.g. <c>https://fsn1.your-objectstorage.com</c>.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The region it signs by and people are shown, e.g. <c>fsn1</c>.</summary>
    public required string Region { get; init; }

    /// <summary>The bucket; it must be there.</summary>
    public required string Bucket { get; init; }

    /// <summary>What every key in the bucket begins with: empty, or ending with a slash.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The name of the key pair.</summary>
    public required string AccessKey { get; init; }

    /// <summary>Its secret.</summary>
    public required string SecretKey { get; init; }

    /// <summary>The bucket stands in the path, and not before the endpoint's host.</summary>
    public bool PathStyle { get; init; } = true;

    /// <summary>A PEM file with the only authorities that are believed; null: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>Which object lock the bucket must give each new object; null: none is asked for.</summary>
    public S3LockMode? LockMode { get; init; }

    /// <summary>For how many days. 1-36,500.</summary>
    public int? LockDays { get; init; }

    /// <summary>What stands before the path in each ticket: agents have to name it in <c>vault_origins</c>.</summary>
    public string Origin => PathStyle
        ? Endpoint.GetLeftPart(UriPartial.Authority)
        : new UriBuilder(Endpoint) { Host = $"{Bucket}.{Endpoint.Host}" }.Uri.GetLeftPart(UriPartial.Authority);

    /// <summary>Everything that is wrong with it, a sentence each. No fault repeats a key.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        if (Endpoint is not { IsAbsoluteUri: true, Scheme: "https", PathAndQuery: "/", UserInfo: "" })
            faults.Add("vault.endpoint: an https address without a path is expected, e.g. https://fsn1.your-objectstorage.com.");
        if (Region.Length is < 1 or > 64 || Region.AsSpan().ContainsAnyExcept(NameCharacters))
            faults.Add("vault.region: 1-64 of a-z, 0-9, '-' and '.' are expected, e.g. fsn1.");
        if (Bucket.Length is < 3 or > 63 || Bucket.AsSpan().ContainsAnyExcept(NameCharacters))
            faults.Add("vault.bucket: 3-63 of a-z, 0-9, '-' and '.' are expected.");
        if (PrefixFault() is { } prefix) faults.Add(prefix);
        if (AccessKey.Length == 0 || SecretKey.Length == 0)
            faults.Add("vault.keys_file: two lines are expected, the access key and the secret key.");
        if (CaFile is not null && AuthorityFile.Read(CaFile).Fault is { } authority) faults.Add($"vault.ca_file: {authority}");
        if (LockMode is null != LockDays is null) faults.Add("vault.lock_mode and vault.lock_days: name both of them, or none.");
        if (LockDays is < 1 or > LockMaxDays) faults.Add("vault.lock_days: 1-36500.");
        return faults;
    }

    /// <summary>Without the keys.</summary>
    public override string ToString() => $"s3://{Bucket}/{Prefix} at {Endpoint}";

    private string? PrefixFault()
    {
        if (Prefix.Length == 0) return null;
        var isPlain = Prefix.Length <= PrefixMaxLength && !Prefix.AsSpan().ContainsAnyExcept(PrefixCharacters) && Prefix.EndsWith('/')
            && Prefix[..^1].Split('/').All(part => part is not ("" or "." or ".."));
        return isPlain ? null
            : "vault.prefix: parts of a-z, A-Z, 0-9, '-', '_' and '.' are expected, each ending with a slash, e.g. atlas/.";
    }
}

/// <summary>Who may end an object lock before its time.</summary>
public enum S3LockMode
{
    /// <summary>Who has a right of its own for it.</summary>
    Governance,

    /// <summary>Nobody, the provider's customer included.</summary>
    Compliance,
}
