using System.Globalization;
using Amazon.S3;
using Amazon.S3.Model;
using HostAtlas.Engine.Vault.S3;
using HostAtlas.TestSupport.ObjectStores;

namespace HostAtlas.EndToEnd.Tests.Retention;

/// <summary>A bucket of a test's own on the real S3 server, looked at past the platform.</summary>
internal sealed class BucketUnderTest : IDisposable
{
    private static int _buckets;

    private readonly S3Server _server;
    private readonly S3Connection _connection;

    private BucketUnderTest(S3Server server, string name)
    {
        (_server, Name) = (server, name);
        _connection = new S3Connection(new S3Options
        {
            Endpoint = server.Endpoint,
            Region = server.Region,
            Bucket = name,
            AccessKey = server.AccessKey,
            SecretKey = server.SecretKey,
            CaFile = server.CaFile,
        });
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Makes an empty one.</summary>
    public static async Task<BucketUnderTest> MakeAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"end-to-end-{Interlocked.Increment(ref _buckets)}");
        var bucket = new BucketUnderTest(await S3Server.SharedAsync(), name);
        await bucket._connection.Client.PutBucketAsync(new PutBucketRequest { BucketName = name, UseClientRegion = false });
        return bucket;
    }

    /// <summary>What a platform is configured with that keeps its vault there.</summary>
    /// <param name="keysFile">Where its keys are written.</param>
    public async Task<Dictionary<string, string>> ConfigurationAsync(string keysFile) => new()
    {
        ["HOSTATLAS__VAULT__KIND"] = "s3",
        ["HOSTATLAS__VAULT__ENDPOINT"] = _server.Endpoint.ToString(),
        ["HOSTATLAS__VAULT__REGION"] = _server.Region,
        ["HOSTATLAS__VAULT__BUCKET"] = Name,
        ["HOSTATLAS__VAULT__KEYS_FILE"] = await _server.WriteKeysAsync(keysFile),
        ["HOSTATLAS__VAULT__CA_FILE"] = _server.CaFile,
    };

    /// <summary>From now on nothing in it is gone by being hidden.</summary>
    public Task KeepVersionsAsync() => _connection.Client.PutBucketVersioningAsync(new PutBucketVersioningRequest
    {
        BucketName = Name,
        VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Enabled },
    });

    /// <summary>Gives it a policy of its owner's, which says nothing of copies.</summary>
    public Task SetPolicyAsync() => _connection.Client.PutBucketPolicyAsync(new PutBucketPolicyRequest
    {
        BucketName = Name,
        Policy = $$"""
            {"Version":"2012-10-17","Statement":[{"Sid":"Stays","Effect":"Deny","Principal":"*","Action":"s3:DeleteBucket",
            "Resource":"arn:aws:s3:::{{Name}}"}]}
            """,
    });

    /// <summary>Takes the policy away.</summary>
    public Task DeletePolicyAsync() => _connection.Client.DeleteBucketPolicyAsync(Name);

    /// <summary>
    /// What takes room in it below a prefix, each under its last two parts, e.g. <c>packs/…</c>: every version, and what marks a deletion.
    /// </summary>
    public async Task<SortedSet<string>> ContentAsync(string prefix)
    {
        var found = await _connection.Client.ListVersionsAsync(new ListVersionsRequest { BucketName = Name, Prefix = prefix });
        Assert.False(found.IsTruncated ?? false);
        return
        [
            .. (found.Versions ?? []).Select(version => version.Key[prefix.Length..] + (version.IsDeleteMarker == true ? " mark" : "")),
        ];
    }

    /// <inheritdoc />
    public void Dispose() => _connection.Dispose();
}
