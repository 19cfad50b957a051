using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Vault.S3;

/// <summary>
/// Objects in a bucket: <c>{prefix}{team}/{server}/{packs,indexes,snapshots}/{uuid}</c>, the same tree as the directory's. Agents put and
/// get them by presigned requests, past the gateway, once the platform has seen that the server lets nobody do more with one
/// (<see cref="S3SelfAttack"/>); until then, and for good where it does, their tickets to put lead to the gateway. What the server answers
/// 200 to is durable; nothing has to be settled.
/// </summary>
public sealed partial class S3Vault : IVault
{
    // S3 has no other word for "only if there is none".
    private const string None = "*";

    private readonly S3Connection _connection;
    private readonly S3Tickets _presigned;
    private readonly TicketOffice _tickets;
    private readonly VaultStanding _standing;
    private readonly ArrivingObjects _arriving;
    private readonly ILogger<S3Vault> _log;

    /// <summary>Prepares the folder of what arrives through the gateway; speaks to no server yet.</summary>
    public S3Vault(string dataDirectory, S3Connection connection, TicketOffice tickets, VaultStanding standing, ILogger<S3Vault> log,
        bool clears = true)
    {
        (_connection, _presigned) = (connection, new S3Tickets(connection));
        (_tickets, _standing, _log) = (tickets, standing, log);
        _arriving = new ArrivingObjects(dataDirectory, clears);
    }

    private AmazonS3Client Client => _connection.Client;

    private string Bucket => _connection.Options.Bucket;

    /// <inheritdoc />
    public VaultTicket PutTicket(VaultKey key, ObjectForm form, DateTimeOffset expiresAt)
    {
        if (!_standing.Route.IsDirect) return _tickets.Put(key, form, expiresAt);
        var (url, headers) = _presigned.Put(NameOf(key), form.Size, form.Md5, expiresAt);
        return new VaultTicket(key.Name, "PUT", url, headers, expiresAt);
    }

    /// <inheritdoc />
    public VaultTicket GetTicket(VaultKey key, DateTimeOffset expiresAt) =>
        new(key.Name, "GET", _presigned.Get(NameOf(key), expiresAt), NoHeaders, expiresAt);

    /// <summary>
    /// One HEAD an object, many at a time. An object that the server kept with another MD5 than it was announced with is not there: it
    /// would open for nobody.
    /// </summary>
    public async Task<IReadOnlyDictionary<ObjectName, long>> SizesAsync(
        TeamId team, ServerId server, IReadOnlyCollection<ObjectName> names, CancellationToken cancellation)
    {
        var sizes = new ConcurrentDictionary<ObjectName, long>();
        var limit = new ParallelOptions { MaxDegreeOfParallelism = S3Connection.RequestsAtATime, CancellationToken = cancellation };
        await Parallel.ForEachAsync(names, limit, async (name, stop) =>
        {
            var key = new VaultKey(team, server, name);
            if (await HeadAsync(key, stop).ConfigureAwait(false) is not { } head) return;
            if (IsAsAnnounced(head)) sizes[name] = head.ContentLength;
            else LogAltered(_log, key, head.ETag);
        }).ConfigureAwait(false);
        return sizes;
    }

    /// <inheritdoc />
    public Task SettleAsync(TeamId team, ServerId server, CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc />
    public async Task<PutOutcome> PutAsync(
        VaultKey key, ObjectForm form, Stream body, Func<CancellationToken, Task<bool>> mayKeep, CancellationToken cancellation) =>
        await HeadAsync(key, cancellation).ConfigureAwait(false) is not null
            ? PutOutcome.Exists
            // S3 has no rename: the bytes wait here until all of them are right, and go on under the name at once.
            : await _arriving.TakeAsync(key, form, body, settle: null, mayKeep, keep: file => SendAsync(key, file), cancellation)
                .ConfigureAwait(false);

    /// <inheritdoc />
    public async Task<Stream?> OpenAsync(VaultKey key, CancellationToken cancellation) =>
        await HeadAsync(key, cancellation).ConfigureAwait(false) is { } head
            ? new S3ObjectStream(Client, Bucket, NameOf(key), head.ContentLength, head.ETag)
            : null;

    /// <inheritdoc />
    public Task<DeletionOutcome> DeleteAsync(VaultKey key, CancellationToken cancellation) => S3Faults.TryAsync(
        $"to delete {key}", () => new ObjectRemoval(_connection).RemoveAsync(NameOf(key), cancellation), cancellation);

    /// <summary>A bucket has no folders.</summary>
    public Task ForgetAsync(TeamId team, ServerId server, CancellationToken cancellation) => Task.CompletedTask;

    private async Task<PutOutcome> SendAsync(VaultKey key, string file)
    {
        byte[] md5;
        await using (var bytes = File.OpenRead(file)) md5 = await ObjectMd5.OfAsync(bytes).ConfigureAwait(false);
        var request = new PutObjectRequest
        {
            BucketName = Bucket,
            Key = NameOf(key),
            FilePath = file,
            IfNoneMatch = None,
            CannedACL = S3CannedACL.Private,
            MD5Digest = Convert.ToBase64String(md5),
            // TLS holds the bytes together on the way, Content-MD5 from end to end.
            DisablePayloadSigning = true,
            UseChunkEncoding = false,
        };
        request.Metadata[S3Tickets.Md5Header] = Convert.ToHexStringLower(md5);
        try
        {
            await S3Faults.TryAsync($"to keep {key}", () => Client.PutObjectAsync(request), CancellationToken.None).ConfigureAwait(false);
            return PutOutcome.Stored;
        }
        catch (IOException fault) when (S3Faults.Is(fault.InnerException!, HttpStatusCode.PreconditionFailed))
        {
            return PutOutcome.Exists;
        }
    }

    private async Task<GetObjectMetadataResponse?> HeadAsync(VaultKey key, CancellationToken cancellation)
    {
        try
        {
            return await S3Faults.TryAsync(
                $"to tell about {key}", () => Client.GetObjectMetadataAsync(Bucket, NameOf(key), cancellation), cancellation)
                .ConfigureAwait(false);
        }
        catch (IOException fault) when (S3Faults.Is(fault.InnerException!, HttpStatusCode.NotFound))
        {
            return null;
        }
    }

    private static bool IsAsAnnounced(GetObjectMetadataResponse head) =>
        head.Metadata[S3Tickets.Md5Header] is not { } announced || !ObjectMd5.IsOne(head.ETag) || head.ETag.Trim('"') == announced;

    private string NameOf(VaultKey key) => $"{_connection.Options.Prefix}{key}";

    private static readonly Dictionary<string, string> NoHeaders = [];

    [LoggerMessage(LogLevel.Error, "The vault's object {Key} is another one than was sent: its ETag is {Tag}. It counts as absent.")]
    private static partial void LogAltered(ILogger log, VaultKey key, string tag);
}
