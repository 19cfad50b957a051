using HostAtlas.Engine.Vault;
using HostAtlas.Engine.Vault.S3;
using HostAtlas.Gateway.Hosting;
using HostAtlas.TestSupport;

namespace HostAtlas.Gateway.Tests.Hosting;

public sealed class VaultSettingsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_settings_the_vault_is_a_directory()
    {
        var (options, faults) = Read([]);
        Assert.Empty(faults);
        Assert.Equal(VaultOptions.Directory, options);
    }

    [Fact]
    public void A_bucket_is_read_with_its_keys_from_a_file_and_no_text_shows_them()
    {
        var (options, faults) = Read([.. Bucket("access-1\nsecret-1\n"), new("vault.prefix", "atlas/"), new("vault.path_style", "false"),
            new("vault.lock_mode", "compliance"), new("vault.lock_days", "30")]);
        Assert.Empty(faults);
        var s3 = options.S3!;
        Assert.Equal(("access-1", "secret-1", "fsn1", "backups", "atlas/", S3LockMode.Compliance, 30),
            (s3.AccessKey, s3.SecretKey, s3.Region, s3.Bucket, s3.Prefix, s3.LockMode!.Value, s3.LockDays!.Value));
        Assert.Equal("https://backups.fsn1.your-objectstorage.com", s3.Origin);
        Assert.Equal("https://fsn1.your-objectstorage.com", (s3 with { PathStyle = true }).Origin);
        Assert.DoesNotContain("-1", options.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_fault_is_told_at_once_and_none_repeats_a_key()
    {
        var wide = _folder.File("wide");
        File.WriteAllText(wide, "access-1\nsecret-1\n");
        File.SetUnixFileMode(wide, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        var (_, faults) = Read(
        [
            new("vault.kind", "s3"), new("vault.region", "No Region"), new("vault.bucket", "Backups"), new("vault.prefix", "../x/"),
            new("vault.keys_file", wide), new("vault.ca_file", _folder.File("absent.pem")), new("vault.lock_days", "3"),
        ]);
        Assert.Collection(faults,
            fault => Assert.StartsWith("vault.kind = \"s3\": vault.endpoint must name an https address", fault, StringComparison.Ordinal),
            fault => Assert.Contains($"chmod 600 {wide}", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith("vault.region:", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith("vault.bucket:", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith("vault.prefix:", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith("vault.ca_file:", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith("vault.lock_mode and vault.lock_days:", fault, StringComparison.Ordinal));
        Assert.DoesNotContain(faults, fault => fault.Contains("-1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("only-one-line")]
    [InlineData("a\nb\nc")]
    [InlineData("a b\nc")]
    [InlineData("a\nb\u0001")]
    [InlineData("\n\n")]
    public void A_file_of_keys_has_two_lines_of_one_word_each(string text) => Assert.Single(Read(Bucket(text)).Faults);

    [Theory]
    [InlineData("vault.endpoint", "http://fsn1.your-objectstorage.com")]
    [InlineData("vault.endpoint", "https://fsn1.your-objectstorage.com/bucket")]
    [InlineData("vault.endpoint", "https://user:secret@fsn1.your-objectstorage.com")]
    [InlineData("vault.kind", "ftp")]
    [InlineData("vault.lock_mode", "none")]
    [InlineData("vault.lock_days", "0")]
    [InlineData("vault.path_style", "maybe")]
    public void A_value_that_cannot_be_is_a_fault_of_its_setting(string key, string text) =>
        Assert.StartsWith($"{key} = ", Assert.Single(GatewaySettings.Read([new(key, text)]).Faults), StringComparison.Ordinal);

    [Fact]
    public void Settings_of_a_bucket_without_its_kind_are_a_fault_and_not_silently_a_directory() =>
        Assert.StartsWith("vault.kind: only", Assert.Single(Read([new("vault.bucket", "backups")]).Faults), StringComparison.Ordinal);

    private KeyValuePair<string, string>[] Bucket(string keys)
    {
        var file = _folder.File("keys");
        File.WriteAllText(file, keys);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return
        [
            new("vault.kind", "s3"), new("vault.endpoint", "https://fsn1.your-objectstorage.com"), new("vault.region", "fsn1"),
            new("vault.bucket", "backups"), new("vault.keys_file", file),
        ];
    }

    private static (VaultOptions Options, IReadOnlyList<string> Faults) Read(KeyValuePair<string, string>[] settings)
    {
        var (options, faults) = GatewaySettings.Read(settings);
        Assert.Empty(faults);
        return options.VaultSettings.Resolve();
    }
}
