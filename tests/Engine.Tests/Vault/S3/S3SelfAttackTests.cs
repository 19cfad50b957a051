using System.Text.Json;
using Amazon.S3.Model;
using HostAtlas.Engine.Operations;
using HostAtlas.Engine.Vault;
using HostAtlas.Engine.Vault.S3;
using Microsoft.Extensions.Logging.Abstractions;
using static HostAtlas.Engine.Tests.Vault.Sealed;

namespace HostAtlas.Engine.Tests.Vault.S3;

/// <summary>
/// What the platform finds when it attacks its own tickets at a real server that needs a policy to be safe, and what follows.
/// </summary>
public sealed class S3SelfAttackTests
{
    [Fact]
    public async Task A_bucket_without_a_policy_is_given_one_and_then_no_attack_gets_through()
    {
        using var connection = await BucketAsync("no-policy");
        var standing = await LookAsync(connection);
        Assert.True(standing.Route.IsDirect, standing.Route.Why);
        Assert.Equal(10, standing.Route.Attacks.Count);
        Assert.All(standing.Route.Attacks, attack => Assert.False(attack.Succeeded, attack.Name));
        Assert.Empty(standing.Route.Notes);
        var left = await connection.Client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = "no-policy" });
        Assert.Empty(left.S3Objects ?? []);
        using var vault = Vault(connection, standing);
        Assert.StartsWith("https://", vault.PutTicket(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_persons_policy_is_left_as_it_is_and_what_gets_through_sends_objects_through_the_gateway_and_is_told()
    {
        using var connection = await BucketAsync("own-policy");
        const string own = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:DeleteBucket",
            "Resource":"arn:aws:s3:::own-policy"}]}
            """;
        await connection.Client.PutBucketPolicyAsync("own-policy", own);
        var standing = new VaultStanding(new VaultOptions(VaultKind.S3, connection.Options));
        using var vault = Vault(connection, standing);
        // Before the first look nobody knows.
        Assert.StartsWith("/vault/", vault.PutTicket(), StringComparison.Ordinal);
        await LookAsync(connection, standing);

        Assert.False(standing.Route.IsDirect);
        Assert.Equal(["copy another object", "copy over an object"],
            standing.Route.Attacks.Where(attack => attack.Succeeded).Select(attack => attack.Name));
        Assert.Contains("copy another object", standing.Route.Why, StringComparison.Ordinal);
        Assert.StartsWith("/vault/", vault.PutTicket(), StringComparison.Ordinal);
        var note = Assert.Single(standing.Route.Notes);
        using var printed = JsonDocument.Parse(note[note.IndexOf('{', StringComparison.Ordinal)..]);
        Assert.Equal("Deny", printed.RootElement.GetProperty("Statement")[0].GetProperty("Effect").GetString());
        var kept = (await connection.Client.GetBucketPolicyAsync("own-policy")).Policy;
        Assert.DoesNotContain("x-amz-copy-source", kept, StringComparison.Ordinal);

        var shown = VaultVerbs.Draw(VaultPicture.Of(standing));
        Assert.Contains("copy over an object: LET THROUGH", shown, StringComparison.Ordinal);
        Assert.Contains("Uploads:  gateway", shown, StringComparison.Ordinal);
        Assert.DoesNotContain(connection.Options.SecretKey, shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_lock_that_is_asked_for_is_set_where_the_bucket_can_have_one_and_told_where_it_cannot()
    {
        using var connection = await BucketAsync("locked", withLock: true, locks: true);
        Assert.Contains("versions", Assert.Single(await new BucketPreparation(connection).PrepareAsync(default)), StringComparison.Ordinal);
        var kept = (await connection.Client.GetObjectLockConfigurationAsync(
            new GetObjectLockConfigurationRequest { BucketName = "locked" })).ObjectLockConfiguration.Rule.DefaultRetention;
        Assert.Equal(("GOVERNANCE", 3), (kept.Mode.Value, kept.Days!.Value));
        using var plain = await BucketAsync("unlocked", locks: true);
        var note = Assert.Single(await new BucketPreparation(plain).PrepareAsync(default));
        Assert.Contains("made without one", note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_or_keys_that_are_wrong_are_a_reason_that_is_told_without_the_keys()
    {
        var options = await S3VaultUnderTest.OptionsAsync("nowhere");
        using var nowhere = new S3Connection(options);
        var absent = (await Assert.ThrowsAnyAsync<IOException>(() => LookAsync(nowhere))).Message;
        Assert.Contains("NoSuchBucket", absent, StringComparison.Ordinal);
        using var stranger = new S3Connection(options with { SecretKey = "another-secret" });
        var told = (await Assert.ThrowsAnyAsync<IOException>(() => LookAsync(stranger))).Message;
        Assert.Contains("403", told, StringComparison.Ordinal);
        Assert.DoesNotContain("another-secret", told, StringComparison.Ordinal);
    }

    private static async Task<VaultStanding> LookAsync(S3Connection connection, VaultStanding? standing = null)
    {
        standing ??= new VaultStanding(new VaultOptions(VaultKind.S3, connection.Options));
        await new S3Watch(connection, standing, TimeProvider.System, NullLogger<S3Watch>.Instance).LookAsync(default);
        return standing;
    }

    private static async Task<S3Connection> BucketAsync(string name, bool withLock = false, bool locks = false)
    {
        var options = await S3VaultUnderTest.OptionsAsync(name);
        if (locks) options = options with { LockMode = S3LockMode.Governance, LockDays = 3 };
        var connection = new S3Connection(options);
        await connection.Client.PutBucketAsync(
            new PutBucketRequest { BucketName = name, UseClientRegion = false, ObjectLockEnabledForBucket = withLock });
        return connection;
    }

    private static OpenVault Vault(S3Connection connection, VaultStanding standing) => new(connection, standing);

    private sealed class OpenVault(S3Connection connection, VaultStanding standing) : IDisposable
    {
        private readonly TestSupport.TempFolder _folder = new();

        public string PutTicket() => new S3Vault(
            _folder.Path, connection, new TicketOffice(() => [Named.Bytes("ticket key")]), standing, NullLogger<S3Vault>.Instance)
            .PutTicket(Key("one"), FormOf(Object("one")), TimeProvider.System.GetUtcNow().AddMinutes(15)).Url;

        public void Dispose() => _folder.Dispose();
    }
}
