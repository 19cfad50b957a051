using Amazon.S3;
using Amazon.S3.Model;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Tests.Backups;
using HostAtlas.Engine.Vault;
using HostAtlas.Engine.Vault.S3;
using HostAtlas.Shared.Backups;
using HostAtlas.TestSupport;
using static HostAtlas.Engine.Tests.Vault.Sealed;

namespace HostAtlas.Engine.Tests.Vault.S3;

/// <summary>
/// What a deletion is in a bucket that keeps versions, on a real server: every version of the object goes, or it is told that a lock keeps
/// it and until when. A mark that only hides it is neither.
/// </summary>
public sealed class S3VersionsTests
{
    private static readonly VaultKey One = Key("one");
    private static readonly byte[] Bytes = Object("one");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Where_versions_are_kept_a_deletion_leaves_none_of_them_and_no_mark()
    {
        using var under = await BucketAsync("versioned", withLock: false);
        await PutAsync(under, One);
        // Somebody's own rule or tool, or a platform of before: hidden, overwritten, hidden again.
        under.Lose(One);
        await PutAsync(under, One);
        under.CutShort(One);
        under.Lose(One);
        var other = Key("other");
        await PutAsync(under, other);
        Assert.Equal(5, await CountAsync(under, One));

        Assert.Equal(DeletionOutcome.Gone, await under.Vault.DeleteAsync(One, default));
        Assert.Equal((0, 1), (await CountAsync(under, One), await CountAsync(under, other)));
        Assert.Equal(DeletionOutcome.Gone, await under.Vault.DeleteAsync(One, default));
        Assert.Equal(0, await CountAsync(under, One));
    }

    [Fact]
    public async Task A_server_that_lets_a_newer_version_over_an_object_is_found_out_and_the_trial_leaves_nothing()
    {
        using var under = await BucketAsync("versioned-trial", withLock: false);
        await new BucketPreparation(under.Connection).PrepareAsync(default);
        var attacks = await new S3SelfAttack(under.Connection, TimeProvider.System).RunAsync(default);
        // This server minds If-None-Match only where it keeps no versions; one that always does is as good.
        Assert.DoesNotContain(attacks, attack => attack.Succeeded && attack.Name != "overwrite");
        var left = await under.Connection.Client.ListVersionsAsync(under.Bucket, under.Connection.Options.Prefix);
        Assert.Empty(left.Versions ?? []);
    }

    [Fact]
    public async Task What_a_lock_keeps_is_there_as_before_with_the_locks_end_and_goes_when_it_has_ended()
    {
        using var under = await BucketAsync("versioned-and-locked", withLock: true);
        var before = TimeProvider.System.GetUtcNow();
        await PutAsync(under, One);
        for (var time = 0; time < 2; time++)
        {
            var held = await under.Vault.DeleteAsync(One, default);
            Assert.False(held.IsGone);
            Assert.InRange(held.HeldUntil!.Value, before.AddDays(1).AddMinutes(-5), before.AddDays(1).AddMinutes(5));
            // Neither hidden nor one more version in its place.
            Assert.Equal(1, await CountAsync(under, One));
            Assert.Equal([One.Name], (await under.Vault.SizesAsync(One.Team, One.Server, [One.Name], default)).Keys);
        }
        await HoldAsync(under, One, ObjectLockLegalHoldStatus.On);
        await EndLockAsync(under, One, TimeProvider.System.GetUtcNow().AddSeconds(1));
        await Poll.UntilAsync("the lock's end", Patience, async () =>
            (await under.Vault.DeleteAsync(One, default)).HeldUntil!.Value < TimeProvider.System.GetUtcNow());
        // It has ended, and a legal hold, which has no end of its own, keeps the object still.
        Assert.False((await under.Vault.DeleteAsync(One, default)).IsGone);
        await HoldAsync(under, One, ObjectLockLegalHoldStatus.Off);
        Assert.Equal(DeletionOutcome.Gone, await under.Vault.DeleteAsync(One, default));
        Assert.Equal(0, await CountAsync(under, One));
    }

    [Fact]
    public async Task Retention_tells_what_a_lock_keeps_asks_again_when_it_ends_and_calls_gone_what_is()
    {
        var under = await BucketAsync("swept-and-locked", withLock: true);
        using var chain = new ChainUnderTest(under);
        await chain.TellAsync(new ChooseRetention(
            ChainUnderTest.Server.Team, ChainUnderTest.Server.Server, new RetentionPolicy(1, 0, 0, 0, 0), 30, Named.Ada));
        // By the real clock, as the lock goes: an hour before it ends the week of the notice is over.
        var end = TimeProvider.System.GetUtcNow().AddDays(1);
        chain.Now = end.AddDays(-60);
        var old = await CommitAsync(chain, "old");
        await CommitAsync(chain, "new");
        foreach (var day in (int[])[8, 0])
        {
            chain.Now = end.AddHours(-1).AddDays(-day);
            await chain.SweepAsync();
        }
        var swept = chain.Last!;
        Assert.Equal((3, 0, 3), (swept.Marked.Objects, swept.Deleted.Objects, swept.Held.Sum.Objects));
        Assert.InRange(swept.Held.Until!.Value, end.AddMinutes(-5), end.AddMinutes(5));
        Assert.DoesNotContain(chain.Journal, happened => happened is ObjectsDeleted);
        foreach (var one in old.Needed) Assert.True(await chain.HasAsync(one.Name));

        // Before its end nobody asks; then one of them is still held, and says so.
        chain.Now = end.AddMinutes(-30);
        Assert.Equal((0, 3), ((await chain.SweepAsync()).Deleted.Objects, chain.Last!.Held.Sum.Objects));
        foreach (var one in old.Needed.Skip(1)) await EndLockAsync(under, KeyOf(one.Name), null);
        chain.Now = end.AddMinutes(10);
        Assert.Equal((2, 1), ((await chain.SweepAsync()).Deleted.Objects, chain.Last!.Held.Sum.Objects));
        Assert.Equal(chain.Now + HeldObject.AgainAfter, chain.Last!.Held.Until);
        await EndLockAsync(under, KeyOf(old.Needed[0].Name), null);
        chain.Now = chain.Now.AddDays(1);
        Assert.Equal((1, 0), ((await chain.SweepAsync()).Deleted.Objects, chain.Last!.Held.Sum.Objects));
        Assert.Equal([2, 1], chain.Journal.OfType<ObjectsDeleted>().Select(told => told.Objects));
        foreach (var one in old.Needed) Assert.Equal(0, await CountAsync(under, KeyOf(one.Name)));

        // A deleted server's vault is not removed while anything of it is there.
        await chain.TellAsync(new CloseBackups(ChainUnderTest.Server.Team, ChainUnderTest.Server.Server, Named.Ada));
        chain.Now = chain.Now.AddDays(31);
        Assert.Equal((0, 3), ((await chain.SweepAsync()).Deleted.Objects, chain.Last!.Held.Sum.Objects));
        Assert.DoesNotContain(chain.Journal, happened => happened is VaultRemoved);
    }

    private static async Task<AgentsRun> CommitAsync(ChainUnderTest chain, string name)
    {
        var run = new AgentsRun(chain, name);
        await chain.DoAsync(run.Begin());
        await run.WholeAsync(3);
        Assert.IsType<SnapshotKept>(await chain.DoAsync(run.Commit()));
        return run;
    }

    private static VaultKey KeyOf(ObjectName name) => new(ChainUnderTest.Server.Team, ChainUnderTest.Server.Server, name);

    /// <summary>A bucket that keeps versions, and each for a day where it locks.</summary>
    private static async Task<S3VaultUnderTest> BucketAsync(string name, bool withLock)
    {
        var under = await S3VaultUnderTest.StartAsync(name);
        var client = under.Connection.Client;
        await client.PutBucketAsync(
            new PutBucketRequest { BucketName = name, UseClientRegion = false, ObjectLockEnabledForBucket = withLock });
        if (!withLock)
        {
            await client.PutBucketVersioningAsync(new PutBucketVersioningRequest
            {
                BucketName = name,
                VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Enabled },
            });
            return under;
        }
        await client.PutObjectLockConfigurationAsync(new PutObjectLockConfigurationRequest
        {
            BucketName = name,
            ObjectLockConfiguration = new ObjectLockConfiguration
            {
                ObjectLockEnabled = ObjectLockEnabled.Enabled,
                Rule = new ObjectLockRule
                {
                    DefaultRetention = new DefaultRetention { Mode = ObjectLockRetentionMode.Governance, Days = 1 },
                },
            },
        });
        return under;
    }

    private static async Task PutAsync(S3VaultUnderTest under, VaultKey key) => Assert.Equal(
        PutOutcome.Stored, await under.Vault.PutAsync(key, FormOf(Bytes), new MemoryStream(Bytes), Always, default));

    private static async Task<int> CountAsync(S3VaultUnderTest under, VaultKey key) =>
        (await under.Connection.Client.ListVersionsAsync(under.Bucket, under.NameOf(key))).Versions?.Count ?? 0;

    /// <summary>Ends a governance lock before its time, as only somebody with a right of his own can; null: with the object.</summary>
    private static async Task EndLockAsync(S3VaultUnderTest under, VaultKey key, DateTimeOffset? at)
    {
        if (at is { } end)
        {
            await under.Connection.Client.PutObjectRetentionAsync(new PutObjectRetentionRequest
            {
                BucketName = under.Bucket,
                Key = under.NameOf(key),
                BypassGovernanceRetention = true,
                Retention = new ObjectLockRetention { Mode = ObjectLockRetentionMode.Governance, RetainUntilDate = end.UtcDateTime },
            });
            return;
        }
        var versions = (await under.Connection.Client.ListVersionsAsync(under.Bucket, under.NameOf(key))).Versions;
        await under.Connection.Client.DeleteObjectAsync(new DeleteObjectRequest
        {
            BucketName = under.Bucket,
            Key = under.NameOf(key),
            VersionId = versions.Single().VersionId,
            BypassGovernanceRetention = true,
        });
    }

    private static Task HoldAsync(S3VaultUnderTest under, VaultKey key, ObjectLockLegalHoldStatus status) =>
        under.Connection.Client.PutObjectLegalHoldAsync(new PutObjectLegalHoldRequest
        {
            BucketName = under.Bucket,
            Key = under.NameOf(key),
            LegalHold = new ObjectLockLegalHold { Status = status },
        });
}
