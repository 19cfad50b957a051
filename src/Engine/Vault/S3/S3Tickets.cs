using System.Globalization;
using Amazon.S3;
using Amazon.S3.Model;

namespace HostAtlas.Engine.Vault.S3;

/// <summary>
/// Presigned requests. What is signed cannot be altered or left out; what is not signed can be added, so everything that would widen a
/// ticket is signed with the value that does not: one length, no object that is there already, no public access.
/// </summary>
internal sealed class S3Tickets(S3Connection connection)
{
    /// <summary>The header that leaves the announced MD5 with the object, to be compared with what the server says it kept.</summary>
    public const string Md5Header = "x-amz-meta-md5";

    /// <summary>Leave to put an object under a key, of this length, and of this MD5 when there is one.</summary>
    public (string Url, IReadOnlyDictionary<string, string> Headers) Put(string key, long size, byte[]? md5, DateTimeOffset expiresAt)
    {
        var headers = new Dictionary<string, string>
        {
            ["content-length"] = size.ToString(CultureInfo.InvariantCulture),
            ["if-none-match"] = "*",
            ["x-amz-acl"] = "private",
        };
        if (md5 is not null)
        {
            headers["content-md5"] = Convert.ToBase64String(md5);
            headers[Md5Header] = Convert.ToHexStringLower(md5);
        }
        return (Sign(HttpVerb.PUT, key, headers, expiresAt), headers);
    }

    /// <summary>Leave to get an object or parts of it.</summary>
    public string Get(string key, DateTimeOffset expiresAt) => Sign(HttpVerb.GET, key, [], expiresAt);

    private string Sign(HttpVerb verb, string key, Dictionary<string, string> headers, DateTimeOffset expiresAt)
    {
        var request = new GetPreSignedUrlRequest
        {
            BucketName = connection.Options.Bucket,
            Key = key,
            Verb = verb,
            Protocol = Protocol.HTTPS,
            Expires = expiresAt.UtcDateTime,
        };
        foreach (var (name, value) in headers) request.Headers[name] = value;
        return connection.Client.GetPreSignedURL(request);
    }
}
