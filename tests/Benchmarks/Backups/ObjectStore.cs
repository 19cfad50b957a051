using Amazon.S3.Model;
using HostAtlas.Engine.Vault.S3;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.ObjectStores;

namespace HostAtlas.Benchmarks.Backups;

/// <summary>A real S3 server of this run's own, in which each repository lies below a prefix of its own.</summary>
internal sealed class ObjectStore : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly S3Connection _connection;
    private int _prefixes;

    private ObjectStore(S3Server server)
    {
        Server = server;
        _connection = new S3Connection(new S3Options
        {
            Endpoint = server.Endpoint,
            Region = server.Region,
            Bucket = server.Bucket,
            Prefix = "",
            AccessKey = server.AccessKey,
            SecretKey = server.SecretKey,
            CaFile = server.CaFile,
        });
    }

    /// <summary>Where it answers and with which keys.</summary>
    public S3Server Server { get; }

    /// <summary>Starts it.</summary>
    public static async Task<ObjectStore> StartAsync() => new(await S3Server.SharedAsync());

    /// <summary>A prefix that no other repository has, with its slash.</summary>
    public string NextPrefix() => $"bench-{++_prefixes}/";

    /// <summary>The configuration of a platform whose vault lies here.</summary>
    public async Task<IReadOnlyDictionary<string, string>> PlatformAsync() => new Dictionary<string, string>
    {
        ["HOSTATLAS__VAULT__KIND"] = "s3",
        ["HOSTATLAS__VAULT__ENDPOINT"] = Server.Endpoint.ToString(),
        ["HOSTATLAS__VAULT__REGION"] = Server.Region,
        ["HOSTATLAS__VAULT__BUCKET"] = Server.Bucket,
        ["HOSTATLAS__VAULT__PREFIX"] = NextPrefix(),
        ["HOSTATLAS__VAULT__KEYS_FILE"] = await Server.WriteKeysAsync(_folder.File("keys")),
        ["HOSTATLAS__VAULT__CA_FILE"] = Server.CaFile,
    };

    /// <summary>Bytes of all objects whose names hold a text, such as the prefix of a repository.</summary>
    public long SizeOf(string part) => ListAsync(part).GetAwaiter().GetResult().Sum(found => found.Size ?? 0);

    /// <summary>Deletes them.</summary>
    public async Task DeleteAsync(string part)
    {
        foreach (var some in (await ListAsync(part)).Chunk(1_000))
        {
            await _connection.Client.DeleteObjectsAsync(new DeleteObjectsRequest
            {
                BucketName = Server.Bucket,
                Objects = [.. some.Select(found => new KeyVersion { Key = found.Key })],
            });
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _connection.Dispose();
        _folder.Dispose();
    }

    private async Task<List<S3Object>> ListAsync(string part)
    {
        var all = new List<S3Object>();
        var request = new ListObjectsV2Request { BucketName = Server.Bucket };
        while (true)
        {
            var page = await _connection.Client.ListObjectsV2Async(request);
            all.AddRange((page.S3Objects ?? []).Where(found => found.Key.Contains(part, StringComparison.Ordinal)));
            if (page.IsTruncated != true) return all;
            request.ContinuationToken = page.NextContinuationToken;
        }
    }
}
