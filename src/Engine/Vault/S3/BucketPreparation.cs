using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace HostAtlas.Engine.Vault.S3;

/// <summary>
/// What the platform wants of its bucket besides keeping objects: that it refuses copies into it, and the lock that it was told to ask for.
/// Whatever the platform may not set it says, for a person to set. <see cref="IOException"/>: the server is away, or there is no bucket.
/// </summary>
internal sealed class BucketPreparation(S3Connection connection)
{
    private S3Options Options => connection.Options;

    /// <summary>
    /// A policy that nobody puts an object by copying one. A header that names a source is not part of what a ticket signs, and a server
    /// may honour it: it would read another tenant's object, or replace one.
    /// </summary>
    public string NoCopyPolicy => $$$$"""
        {"Version":"2012-10-17","Statement":[{"Sid":"HostAtlasNoCopy","Effect":"Deny","Principal":"*","Action":"s3:PutObject",
        "Resource":"arn:aws:s3:::{{{{Options.Bucket}}}}/*","Condition":{"StringLike":{"s3:x-amz-copy-source":"*"}}}]}
        """.Replace("\n", "", StringComparison.Ordinal);

    /// <summary>Sees to policy and lock; what a person must know or do, a sentence each.</summary>
    public async Task<IReadOnlyList<string>> PrepareAsync(CancellationToken cancellation)
    {
        var notes = new List<string>();
        await NoteAsync(notes, () => PolicyAsync(cancellation), cancellation).ConfigureAwait(false);
        await NoteAsync(notes, () => VersioningAsync(cancellation), cancellation).ConfigureAwait(false);
        await NoteAsync(notes, () => LockAsync(cancellation), cancellation).ConfigureAwait(false);
        return notes;
    }

    private static async Task NoteAsync(List<string> notes, Func<Task<string?>> look, CancellationToken cancellation)
    {
        if (await S3Faults.TryAsync("to tell about its bucket", look, cancellation).ConfigureAwait(false) is { } note) notes.Add(note);
    }

    private async Task<string?> PolicyAsync(CancellationToken cancellation)
    {
        var wanted = $"The bucket's policy should refuse copies. Set it, or add its statement to yours: {NoCopyPolicy}";
        try
        {
            var policy = (await connection.Client.GetBucketPolicyAsync(Options.Bucket, cancellation).ConfigureAwait(false)).Policy;
            // The client gives the text of a 404 as the policy.
            if (policy?.StartsWith('{') == true)
                return policy.Contains("s3:x-amz-copy-source", StringComparison.OrdinalIgnoreCase) ? null : wanted;
        }
        catch (AmazonS3Exception none) when (none.ErrorCode == "NoSuchBucketPolicy")
        {
            // The one case in which there is nothing of a person's to overwrite.
        }
        catch (AmazonS3Exception unseen) when (IsUnsupported(unseen))
        {
            return wanted;
        }
        try
        {
            await connection.Client.PutBucketPolicyAsync(
                new PutBucketPolicyRequest { BucketName = Options.Bucket, Policy = NoCopyPolicy }, cancellation).ConfigureAwait(false);
            return null;
        }
        catch (AmazonS3Exception refused) when (IsUnsupported(refused))
        {
            return wanted;
        }
    }

    private async Task<string?> VersioningAsync(CancellationToken cancellation)
    {
        try
        {
            var found = await connection.Client.GetBucketVersioningAsync(
                new GetBucketVersioningRequest { BucketName = Options.Bucket }, cancellation).ConfigureAwait(false);
            if (found.VersioningConfig?.Status is not { } status || status == VersionStatus.Off) return null;
            return await MaySeeVersionsAsync(cancellation).ConfigureAwait(false)
                ? "The bucket keeps versions. What retention deletes goes with all of its versions; what a lock keeps is tried again."
                : "The bucket keeps versions, and these keys may not list them (s3:ListBucketVersions): "
                    + "what retention deletes stays there.";
        }
        catch (AmazonS3Exception unseen) when (IsUnsupported(unseen))
        {
            return null;
        }
    }

    private async Task<bool> MaySeeVersionsAsync(CancellationToken cancellation)
    {
        try
        {
            await connection.Client.ListVersionsAsync(
                new ListVersionsRequest { BucketName = Options.Bucket, Prefix = Options.Prefix, MaxKeys = 1 }, cancellation)
                .ConfigureAwait(false);
            return true;
        }
        catch (AmazonS3Exception refused) when (IsUnsupported(refused))
        {
            return false;
        }
    }

    private async Task<string?> LockAsync(CancellationToken cancellation)
    {
        if ((Options.LockMode, Options.LockDays) is not ({ } mode, { } days)) return null;
        var wanted = mode == S3LockMode.Compliance ? ObjectLockRetentionMode.Compliance : ObjectLockRetentionMode.Governance;
        try
        {
            var found = await connection.Client.GetObjectLockConfigurationAsync(
                new GetObjectLockConfigurationRequest { BucketName = Options.Bucket }, cancellation).ConfigureAwait(false);
            var kept = found.ObjectLockConfiguration?.Rule?.DefaultRetention;
            if (kept?.Mode == wanted && kept.Days == days) return null;
            if (kept?.Days > days || kept?.Years > 0)
                return "The bucket's object lock is longer than vault.lock_days; it was left as it is.";
        }
        catch (AmazonS3Exception none) when (none.ErrorCode is "ObjectLockConfigurationNotFoundError" or "NoSuchObjectLockConfiguration")
        {
            return "vault.lock_mode asks for an object lock, and the bucket was made without one. Make a bucket with object "
                + "lock; it cannot be added on every server.";
        }
        catch (AmazonS3Exception unseen) when (IsUnsupported(unseen))
        {
            return "vault.lock_mode asks for an object lock, and the platform may not see whether the bucket has one.";
        }
        try
        {
            await connection.Client.PutObjectLockConfigurationAsync(new PutObjectLockConfigurationRequest
            {
                BucketName = Options.Bucket,
                ObjectLockConfiguration = new ObjectLockConfiguration
                {
                    ObjectLockEnabled = ObjectLockEnabled.Enabled,
                    Rule = new ObjectLockRule { DefaultRetention = new DefaultRetention { Mode = wanted, Days = days } },
                },
            }, cancellation).ConfigureAwait(false);
            return null;
        }
        catch (AmazonS3Exception refused) when (IsUnsupported(refused))
        {
            return $"The bucket's object lock should be {wanted.Value} for {days} days, and the platform may not set it.";
        }
    }

    // Rights that these keys lack, and calls that a server does not know, are a person's business; all else passes.
    private static bool IsUnsupported(AmazonS3Exception fault) => fault.ErrorCode != "NoSuchBucket" && fault.StatusCode is
        HttpStatusCode.Forbidden or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented or HttpStatusCode.BadRequest
        or HttpStatusCode.NotFound or HttpStatusCode.Conflict;
}
