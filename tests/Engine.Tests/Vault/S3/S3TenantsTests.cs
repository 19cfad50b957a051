using System.Globalization;
using System.Net;
using HostAtlas.Engine.Vault;
using HostAtlas.Engine.Vault.S3;
using HostAtlas.Shared.Ids;
using static HostAtlas.Engine.Tests.Vault.Sealed;

namespace HostAtlas.Engine.Tests.Vault.S3;

/// <summary>
/// Two tenants of one bucket, and one of them has a ticket to put and a ticket to get, a host's whole control over what it sends, and time
/// to try. The bucket is as the platform prepares it.
/// </summary>
public sealed class S3TenantsTests : IAsyncLifetime
{
    private const string BucketName = "tenants";
    private const string AllUsers = "uri=\"http://acs.amazonaws.com/groups/global/AllUsers\"";

    private static readonly VaultKey Mine = Key("mine"), Theirs = Key("theirs") with { Team = Named.Id<TeamId>("other") };
    private static readonly byte[] MyBytes = Object("mine", 64), TheirBytes = Object("theirs", 64);

    private S3VaultUnderTest _under = null!;

    /// <summary>What is done to a request: another method, another address, more headers.</summary>
    private delegate void Trick(HttpRequestMessage request, string theirs);

    public async Task InitializeAsync()
    {
        _under = await S3VaultUnderTest.StartAsync(BucketName);
        await _under.Connection.Client.PutBucketAsync(
            new Amazon.S3.Model.PutBucketRequest { BucketName = BucketName, UseClientRegion = false });
        Assert.Empty(await new BucketPreparation(_under.Connection).PrepareAsync(default));
        await _under.Vault.PutAsync(Theirs, FormOf(TheirBytes), new MemoryStream(TheirBytes), Always, default);
    }

    public Task DisposeAsync()
    {
        _under.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task With_tickets_of_ones_own_nobody_reads_changes_or_deletes_what_is_anothers_whatever_he_sends()
    {
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(Mine, "PUT", (_, _) => { })).Status);
        var tried = 0;
        foreach (var (name, trick) in Tricks())
        {
            var target = Key($"trick {++tried}");
            var (put, get) = (await SendAsync(target, "PUT", trick), await SendAsync(Mine, "GET", trick));
            Assert.False(Contains(put.Body, TheirBytes) || Contains(get.Body, TheirBytes), $"{name}: answered with what is another's.");
            if (put.Status == HttpStatusCode.OK) Assert.False(await IsPublicAsync(target), $"{name}: the world can read it.");
        }
        Assert.Equal(TheirBytes, await StoredAsync(Theirs));
        Assert.False(await IsPublicAsync(Theirs));
        Assert.Equal(MyBytes, await StoredAsync(Mine));
        // What got in is what its ticket says, under the name that its ticket says.
        var kept = await _under.Connection.Client.ListObjectsV2Async(
            new Amazon.S3.Model.ListObjectsV2Request { BucketName = BucketName, Prefix = _under.Connection.Options.Prefix });
        var own = Enumerable.Range(1, tried).Select(i => _under.NameOf(Key($"trick {i}"))).Append(_under.NameOf(Mine)).ToHashSet();
        Assert.All(kept.S3Objects.Where(found => found.Key != _under.NameOf(Theirs)), found =>
        {
            Assert.Contains(found.Key, own);
            Assert.Equal(Convert.ToHexStringLower(ObjectMd5.Of(MyBytes)), found.ETag.Trim('"'));
        });
    }

    [Fact]
    public async Task An_honest_ticket_puts_and_gets_what_it_names_once()
    {
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(Mine, "PUT", (_, _) => { })).Status);
        Assert.Equal(MyBytes, (await SendAsync(Mine, "GET", (_, _) => { })).Body);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync(Mine, "PUT", (_, _) => { })).Status);
    }

    private static IEnumerable<(string Name, Trick Trick)> Tricks()
    {
        (string Name, Func<string, string, string> Path)[] paths =
        [
            ("their path", (_, theirs) => theirs), ("dots", (mine, theirs) => $"{mine}/../../../../../{theirs}"),
            ("escaped dots", (mine, theirs) => $"{mine}/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/{theirs}"),
            ("escaped slashes", (_, theirs) => theirs.Replace("/", "%2f", StringComparison.Ordinal)),
            ("double slash", (_, theirs) => "/" + theirs), ("a part behind", (mine, theirs) => $"{mine};/{theirs}"),
            ("the bucket itself", (_, _) => ""),
        ];
        foreach (var (name, path) in paths) yield return (name, (request, theirs) => Readdress(request, mine => path(mine, theirs), ""));
        foreach (var query in (string[])["&acl", "&tagging", "&uploads", "&delete", "&versionId=null", "&list-type=2", "&policy",
            "&partNumber=1&uploadId=x", "&response-content-type=text/html", "&retention", "&X-Amz-Expires=604800", "&restore"])
            yield return (query, (request, _) => Readdress(request, mine => mine, query));
        foreach (var method in (string[])["DELETE", "POST", "GET", "PUT", "HEAD", "OPTIONS"])
        {
            yield return (method, (request, _) => request.Method = new HttpMethod(method));
            yield return (method + " of their path", (request, theirs) =>
            {
                request.Method = new HttpMethod(method);
                Readdress(request, _ => theirs, "");
            }
            );
        }
        foreach (var (name, value) in (IEnumerable<(string, string)>)
        [
            ("x-amz-copy-source", "/tenants/{0}"), ("x-amz-copy-source", "tenants/{0}"),
            ("x-amz-copy-source", "/tenants/{0}?versionId=null"),
            ("X-AMZ-COPY-SOURCE", "%2Ftenants%2F{0}"), ("x-amz-acl", "public-read"), ("x-amz-acl", "public-read-write"),
            ("x-amz-grant-read", AllUsers), ("x-amz-grant-full-control", AllUsers), ("x-http-method-override", "DELETE"),
            ("x-original-url", "/tenants/{0}"), ("x-rewrite-url", "/tenants/{0}"), ("x-forwarded-host", "tenants.localhost"),
            ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"), ("x-amz-security-token", "x"),
            ("x-amz-bypass-governance-retention", "true"),
            ("x-amz-website-redirect-location", "/{0}"), ("host", "tenants.localhost"), ("if-match", "*"), ("authorization", "AWS trial:x"),
            ("x-amz-metadata-directive", "REPLACE"), ("x-amz-rename-source", "/tenants/{0}"), ("transfer-encoding", "chunked"),
        ])
        {
            yield return ($"{name}: {value}", (request, theirs) =>
            {
                request.Headers.Remove(name);
                request.Headers.TryAddWithoutValidation(name, string.Format(CultureInfo.InvariantCulture, value, theirs));
            }
            );
        }
    }

    private static void Readdress(HttpRequestMessage request, Func<string, string> path, string query)
    {
        var (address, bucket) = (request.RequestUri!, $"/{BucketName}/");
        var target = bucket + path(address.AbsolutePath[bucket.Length..]) + address.Query + query;
        // As it stands: nothing on this side resolves a dot.
        request.RequestUri = new Uri(address.GetLeftPart(UriPartial.Authority) + target,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }

    private async Task<(HttpStatusCode Status, byte[] Body)> SendAsync(VaultKey key, string method, Trick trick)
    {
        var until = TimeProvider.System.GetUtcNow().AddMinutes(5);
        var ticket = method == "PUT" ? _under.Vault.PutTicket(key, FormOf(MyBytes), until) : _under.Vault.GetTicket(key, until);
        using var request = new HttpRequestMessage(new HttpMethod(method), ticket.Url);
        if (method == "PUT") request.Content = new ByteArrayContent(MyBytes);
        foreach (var (name, value) in ticket.Headers.Where(header => header.Key != "content-length"))
            request.Headers.TryAddWithoutValidation(name, value);
        trick(request, _under.NameOf(Theirs));
        if (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head) request.Content = null;
        try
        {
            using var answer = await _under.Connection.Http.SendAsync(request);
            return (answer.StatusCode, await answer.Content.ReadAsByteArrayAsync());
        }
        catch (HttpRequestException)
        {
            // Cut off by the server, or not even a request: as good as a refusal.
            return (0, []);
        }
    }

    private async Task<byte[]?> StoredAsync(VaultKey key)
    {
        await using var read = await _under.Vault.OpenAsync(key, default);
        if (read is null) return null;
        var all = new MemoryStream();
        await read.CopyToAsync(all);
        return all.ToArray();
    }

    private async Task<bool> IsPublicAsync(VaultKey key)
    {
        var address = new Uri($"{_under.Connection.Options.Origin}/{BucketName}/{_under.NameOf(key)}");
        using var answer = await _under.Connection.Http.GetAsync(address);
        return answer.IsSuccessStatusCode;
    }

    private static bool Contains(byte[] read, byte[] bytes) => read.AsSpan().IndexOf(bytes) >= 0;
}
