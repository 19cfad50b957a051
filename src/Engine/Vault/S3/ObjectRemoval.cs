using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace HostAtlas.Engine.Vault.S3;

/// <summary>
/// Deletes an object so that nothing of it is left. In a bucket that keeps versions a plain deletion only hides the object behind a mark,
/// and of one that is hidden already the answer does not even tell: so what is there is listed, and each version goes by its own name. A
/// lock refuses that until its time. No request here makes use of a right to end one earlier.
/// </summary>
internal sealed class ObjectRemoval(S3Connection connection)
{
    private AmazonS3Client Client => connection.Client;

    private string Bucket => connection.Options.Bucket;

    /// <summary>Deletes what is there under a key of the bucket; what the server throws is the caller's to word.</summary>
    public async Task<DeletionOutcome> RemoveAsync(string key, CancellationToken cancellation)
    {
        if (await VersionsAsync(key, cancellation).ConfigureAwait(false) is not { } versions)
        {
            // S3 answers a deletion that finds nothing like one that finds something.
            var plain = await Client.DeleteObjectAsync(Bucket, key, cancellation).ConfigureAwait(false);
            return plain.DeleteMarker == "true" || plain.VersionId is not null ? DeletionOutcome.Held(null) : DeletionOutcome.Gone;
        }
        var kept = new List<string>();
        // The marks as well, also before what a lock keeps: what is there is seen to be there.
        foreach (var version in versions)
        {
            if (!await TryDeleteAsync(key, version.VersionId, cancellation).ConfigureAwait(false)) kept.Add(version.VersionId);
        }
        if (kept.Count == 0) return DeletionOutcome.Gone;
        var ends = new List<DateTimeOffset?>();
        foreach (var version in kept) ends.Add(await LockEndAsync(key, version, cancellation).ConfigureAwait(false));
        // The last one counts, and one without an end (a legal hold, a right that is missing) makes the whole of it unknown.
        return DeletionOutcome.Held(ends.Contains(null) ? null : ends.Max());
    }

    /// <summary>
    /// All versions of the key and all marks; null when these keys may not see them, or the server knows none. Where no versions are kept,
    /// the object is one, and is called <c>null</c>.
    /// </summary>
    private async Task<IReadOnlyList<S3ObjectVersion>?> VersionsAsync(string key, CancellationToken cancellation)
    {
        var (versions, request) = (new List<S3ObjectVersion>(), new ListVersionsRequest { BucketName = Bucket, Prefix = key });
        try
        {
            ListVersionsResponse page;
            do
            {
                page = await Client.ListVersionsAsync(request, cancellation).ConfigureAwait(false);
                versions.AddRange((page.Versions ?? []).Where(version => version.Key == key));
                (request.KeyMarker, request.VersionIdMarker) = (page.NextKeyMarker, page.NextVersionIdMarker);
            }
            while (page.IsTruncated == true);
            return versions;
        }
        catch (AmazonS3Exception refused) when (IsRefusal(refused))
        {
            return null;
        }
    }

    private async Task<bool> TryDeleteAsync(string key, string version, CancellationToken cancellation)
    {
        try
        {
            await Client.DeleteObjectAsync(Bucket, key, version, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (AmazonS3Exception refused) when (IsRefusal(refused))
        {
            return false;
        }
    }

    private async Task<DateTimeOffset?> LockEndAsync(string key, string version, CancellationToken cancellation)
    {
        try
        {
            var found = await Client.GetObjectRetentionAsync(
                new GetObjectRetentionRequest { BucketName = Bucket, Key = key, VersionId = version }, cancellation).ConfigureAwait(false);
            return found.Retention?.RetainUntilDate is { } until ? new DateTimeOffset(until.ToUniversalTime()) : null;
        }
        catch (AmazonS3Exception unknown) when (IsRefusal(unknown) || unknown.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    // Amazon and Ceph answer 403 for a lock, MinIO 400; a server that is overloaded or away answers neither.
    private static bool IsRefusal(AmazonS3Exception fault) => fault.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.BadRequest
        or HttpStatusCode.MethodNotAllowed or HttpStatusCode.Conflict or HttpStatusCode.NotImplemented;
}
