using System.Net;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;

namespace HostAtlas.Engine.Vault.S3;

/// <summary>
/// Tries with the platform's own tickets what a hostile host would. An S3 server may verify a signature and still honour a header that was
/// not signed: what a server does is seen here, not believed. An attack has succeeded when the bucket shows it, whatever the answer said.
/// The objects lie below <c>{prefix}self-attack/</c> and are deleted afterwards; where an object lock forbids that, they stay, 16 bytes
/// each.
/// </summary>
internal sealed class S3SelfAttack(S3Connection connection, TimeProvider time)
{
    private const int Bytes = 16;

    // Whole seconds on both sides, and the two clocks need not agree.
    private static readonly TimeSpan ShortTicket = TimeSpan.FromSeconds(1), ShortTicketIsOver = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan LongTicket = TimeSpan.FromMinutes(5);

    private readonly S3Tickets _tickets = new(connection);
    private readonly List<string> _made = [];

    private AmazonS3Client Client => connection.Client;

    private string Bucket => connection.Options.Bucket;

    /// <summary>Whether the last run found that the server's ETag of an object is its MD5.</summary>
    public bool TagIsMd5 { get; private set; }

    /// <summary>
    /// Tries everything; what came of each. <see cref="IOException"/>: an honest ticket does not work, or the server is away.
    /// </summary>
    public async Task<IReadOnlyList<TicketAttack>> RunAsync(CancellationToken cancellation)
    {
        try
        {
            return await S3Faults.TryAsync("a trial of its tickets", () => TryAllAsync(cancellation), cancellation).ConfigureAwait(false);
        }
        finally
        {
            foreach (var key in _made) await TryDeleteAsync(key).ConfigureAwait(false);
            _made.Clear();
        }
    }

    private async Task<IReadOnlyList<TicketAttack>> TryAllAsync(CancellationToken cancellation)
    {
        var (lateKey, since) = (NewKey(), time.GetTimestamp());
        var late = Ticket(lateKey, RandomNumberGenerator.GetBytes(Bytes), ShortTicket);
        var mine = await HonestAsync(cancellation).ConfigureAwait(false);
        var theirs = await ForeignAsync(cancellation).ConfigureAwait(false);
        var attacks = new List<TicketAttack>
        {
            new("overwrite", await OverwriteAsync(mine, cancellation).ConfigureAwait(false)),
            new("copy another object", await CopyAsync(theirs.Key, NewKey(), cancellation).ConfigureAwait(false)),
            new("copy over an object", await CopyOverAsync(theirs.Key, mine, cancellation).ConfigureAwait(false)),
            new("public ACL", await PublishAsync(("x-amz-acl", "public-read"), cancellation).ConfigureAwait(false)),
            new("public grant", await PublishAsync(
                ("x-amz-grant-read", "uri=\"http://acs.amazonaws.com/groups/global/AllUsers\""), cancellation).ConfigureAwait(false)),
            new("other length", await LengthAsync(cancellation).ConfigureAwait(false)),
            new("other bytes", await OtherBytesAsync(cancellation).ConfigureAwait(false)),
            new("other key", await OtherKeyAsync(cancellation).ConfigureAwait(false)),
            new("other method", await OtherMethodAsync(theirs.Key, cancellation).ConfigureAwait(false)),
        };
        var left = ShortTicketIsOver - time.GetElapsedTime(since);
        if (left > TimeSpan.Zero) await Task.Delay(left, time, cancellation).ConfigureAwait(false);
        await SendAsync(late, late.Body, cancellation).ConfigureAwait(false);
        attacks.Add(new TicketAttack("expired ticket", await ReadAsync(lateKey, cancellation).ConfigureAwait(false) is not null));
        return attacks;
    }

    private async Task<Trial> HonestAsync(CancellationToken cancellation)
    {
        var mine = Ticket(NewKey(), RandomNumberGenerator.GetBytes(Bytes));
        var status = await SendAsync(mine, mine.Body, cancellation).ConfigureAwait(false);
        if ((int)status is < 200 or > 299) throw new IOException($"The S3 server answers {(int)status} to an honest ticket.");
        var head = await Client.GetObjectMetadataAsync(Bucket, mine.Key, cancellation).ConfigureAwait(false);
        TagIsMd5 = head.ETag.Trim('"') == Convert.ToHexStringLower(ObjectMd5.Of(mine.Body));
        return mine;
    }

    private async Task<Trial> ForeignAsync(CancellationToken cancellation)
    {
        var theirs = Ticket(NewKey(), RandomNumberGenerator.GetBytes(Bytes));
        await SendAsync(theirs, theirs.Body, cancellation).ConfigureAwait(false);
        return theirs;
    }

    private async Task<bool> OverwriteAsync(Trial mine, CancellationToken cancellation)
    {
        // Without an MD5, which other bytes could not have: the name alone must keep them out.
        var other = RandomNumberGenerator.GetBytes(Bytes);
        var again = Ticket(mine.Key, other, withMd5: false);
        await SendAsync(again, other, cancellation).ConfigureAwait(false);
        await SendAsync(again.Without("if-none-match"), other, cancellation).ConfigureAwait(false);
        return await DiffersAsync(mine, cancellation).ConfigureAwait(false);
    }

    private async Task<bool> CopyAsync(string theirs, string to, CancellationToken cancellation)
    {
        var ticket = Ticket(to, new byte[Bytes], withMd5: false).With("x-amz-copy-source", $"/{Bucket}/{theirs}");
        await SendAsync(ticket, ticket.Body, cancellation).ConfigureAwait(false);
        await SendAsync(ticket, [], cancellation).ConfigureAwait(false);
        return await ReadAsync(to, cancellation).ConfigureAwait(false) is { } kept && !kept.AsSpan().SequenceEqual(ticket.Body);
    }

    private async Task<bool> CopyOverAsync(string theirs, Trial mine, CancellationToken cancellation)
    {
        // What an overwriting has left there is not the copy's doing.
        var before = await ReadAsync(mine.Key, cancellation).ConfigureAwait(false);
        await CopyAsync(theirs, mine.Key, cancellation).ConfigureAwait(false);
        return await ReadAsync(mine.Key, cancellation).ConfigureAwait(false) is not { } after || !after.AsSpan().SequenceEqual(before);
    }

    private async Task<bool> PublishAsync((string Name, string Value) header, CancellationToken cancellation)
    {
        var ticket = Ticket(NewKey(), RandomNumberGenerator.GetBytes(Bytes)).With(header.Name, header.Value);
        await SendAsync(ticket, ticket.Body, cancellation).ConfigureAwait(false);
        var bare = new UriBuilder(ticket.Url) { Query = "" }.Uri;
        using var anonymous = await connection.Http.GetAsync(bare, cancellation).ConfigureAwait(false);
        return anonymous.IsSuccessStatusCode;
    }

    private async Task<bool> LengthAsync(CancellationToken cancellation)
    {
        var ticket = Ticket(NewKey(), RandomNumberGenerator.GetBytes(Bytes), withMd5: false);
        await SendAsync(ticket, RandomNumberGenerator.GetBytes(Bytes + 1), cancellation).ConfigureAwait(false);
        await SendAsync(ticket, RandomNumberGenerator.GetBytes(Bytes - 1), cancellation).ConfigureAwait(false);
        return await ReadAsync(ticket.Key, cancellation).ConfigureAwait(false) is not null;
    }

    private async Task<bool> OtherBytesAsync(CancellationToken cancellation)
    {
        var ticket = Ticket(NewKey(), RandomNumberGenerator.GetBytes(Bytes));
        await SendAsync(ticket, RandomNumberGenerator.GetBytes(Bytes), cancellation).ConfigureAwait(false);
        return await ReadAsync(ticket.Key, cancellation).ConfigureAwait(false) is not null;
    }

    private async Task<bool> OtherKeyAsync(CancellationToken cancellation)
    {
        var (ticket, other) = (Ticket(NewKey(), RandomNumberGenerator.GetBytes(Bytes)), NewKey());
        var moved = ticket with { Url = new Uri(ticket.Url.AbsoluteUri.Replace(ticket.Key, other, StringComparison.Ordinal)) };
        await SendAsync(moved, ticket.Body, cancellation).ConfigureAwait(false);
        return await ReadAsync(other, cancellation).ConfigureAwait(false) is not null;
    }

    private async Task<bool> OtherMethodAsync(string theirs, CancellationToken cancellation)
    {
        var ticket = Ticket(theirs, new byte[Bytes], withMd5: false);
        using var delete = new HttpRequestMessage(HttpMethod.Delete, ticket.Url);
        using (await connection.Http.SendAsync(delete, cancellation).ConfigureAwait(false)) { }
        using var read = await connection.Http.GetAsync(ticket.Url, cancellation).ConfigureAwait(false);
        return read.IsSuccessStatusCode || await ReadAsync(theirs, cancellation).ConfigureAwait(false) is null;
    }

    private async Task<HttpStatusCode> SendAsync(Trial ticket, byte[] body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, ticket.Url) { Content = new ByteArrayContent(body) };
        foreach (var (name, value) in ticket.Headers)
        {
            if (name == "content-length") continue;
            if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content.Headers.TryAddWithoutValidation(name, value);
        }
        using var response = await connection.Http.SendAsync(request, cancellation).ConfigureAwait(false);
        return response.StatusCode;
    }

    private async Task<bool> DiffersAsync(Trial mine, CancellationToken cancellation) =>
        await ReadAsync(mine.Key, cancellation).ConfigureAwait(false) is not { } kept || !kept.AsSpan().SequenceEqual(mine.Body);

    private async Task<byte[]?> ReadAsync(string key, CancellationToken cancellation)
    {
        try
        {
            using var found = await Client.GetObjectAsync(Bucket, key, cancellation).ConfigureAwait(false);
            using var bytes = new MemoryStream();
            await found.ResponseStream.CopyToAsync(bytes, cancellation).ConfigureAwait(false);
            return bytes.ToArray();
        }
        catch (AmazonS3Exception absent) when (absent.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private async Task TryDeleteAsync(string key)
    {
        try
        {
            await new ObjectRemoval(connection).RemoveAsync(key, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception fault) when (S3Faults.IsOfTheServer(fault))
        {
            // The server is away: 16 bytes stay, as they do where a lock keeps them.
        }
    }

    private string NewKey()
    {
        var key = $"{connection.Options.Prefix}self-attack/{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}";
        _made.Add(key);
        return key;
    }

    private Trial Ticket(string key, byte[] body, TimeSpan? lasts = null, bool withMd5 = true)
    {
        var (url, headers) = _tickets.Put(key, body.Length, withMd5 ? ObjectMd5.Of(body) : null, time.GetUtcNow() + (lasts ?? LongTicket));
        return new Trial(key, new Uri(url), headers, body);
    }

    private sealed record Trial(string Key, Uri Url, IReadOnlyDictionary<string, string> Headers, byte[] Body)
    {
        public Trial With(string name, string value) => this with { Headers = new Dictionary<string, string>(Headers) { [name] = value } };

        public Trial Without(string name) =>
            this with { Headers = Headers.Where(header => header.Key != name).ToDictionary(header => header.Key, header => header.Value) };
    }
}
