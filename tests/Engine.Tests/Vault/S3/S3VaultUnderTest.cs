using Amazon.S3.Model;
using HostAtlas.Engine.Vault;
using HostAtlas.Engine.Vault.S3;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.ObjectStores;
using Microsoft.Extensions.Logging.Abstractions;

namespace HostAtlas.Engine.Tests.Vault.S3;

/// <summary>The S3 vault on a real server, below a prefix of its own.</summary>
public sealed class S3VaultUnderTest : VaultUnderTest
{
    private readonly TempFolder _folder = new();
    private readonly Func<HttpMessageHandler, HttpMessageHandler>? _between;
    private readonly S3Patience? _patience;
    private S3Vault _vault;

    private S3VaultUnderTest(S3Options options, Func<HttpMessageHandler, HttpMessageHandler>? between, S3Patience? patience)
    {
        (_between, _patience) = (between, patience);
        Connection = new S3Connection(options, between, patience);
        // Tested on its own; here the server is one that was found to let nothing through.
        Standing = new VaultStanding(new VaultOptions(VaultKind.S3, options)) { Route = new VaultRoute(true, "It was tried.") };
        _vault = Open();
    }

    public S3Connection Connection { get; private set; }

    public VaultStanding Standing { get; }

    public override IVault Vault => _vault;

    public string Bucket => Connection.Options.Bucket;

    /// <param name="bucket">One of the test's own, or null: the server's, below a prefix.</param>
    /// <param name="between">Stands between vault and server.</param>
    /// <param name="patience">How long it waits for answers; null: as in service.</param>
    public static async Task<S3VaultUnderTest> StartAsync(
        string? bucket = null, Func<HttpMessageHandler, HttpMessageHandler>? between = null, S3Patience? patience = null) =>
        new(await OptionsAsync(bucket), between, patience);

    /// <summary>The real server's address and keys.</summary>
    public static async Task<S3Options> OptionsAsync(string? bucket = null)
    {
        var server = await S3Server.SharedAsync();
        return new S3Options
        {
            Endpoint = server.Endpoint,
            Region = server.Region,
            Bucket = bucket ?? server.Bucket,
            Prefix = S3Server.NextPrefix(),
            AccessKey = server.AccessKey,
            SecretKey = server.SecretKey,
            CaFile = server.CaFile,
        };
    }

    public string NameOf(VaultKey key) => $"{Connection.Options.Prefix}{key}";

    public override int Remnants() => Directory.GetFiles(_folder.File("incoming")).Length;

    public override void Lose(VaultKey key) => Connection.Client.DeleteObjectAsync(Bucket, NameOf(key)).GetAwaiter().GetResult();

    public override void CutShort(VaultKey key)
    {
        using var found = Connection.Client.GetObjectAsync(Bucket, NameOf(key)).GetAwaiter().GetResult();
        var bytes = new MemoryStream();
        found.ResponseStream.CopyTo(bytes);
        bytes.SetLength(bytes.Length - 1);
        Connection.Client.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = NameOf(key), InputStream = bytes })
            .GetAwaiter().GetResult();
    }

    public override void Restart()
    {
        Connection.Dispose();
        Connection = new S3Connection(Connection.Options, _between, _patience);
        _vault = Open();
    }

    public override void Dispose()
    {
        Connection.Dispose();
        _folder.Dispose();
    }

    private S3Vault Open() => new(
        _folder.Path, Connection, new TicketOffice(() => [Named.Bytes("ticket key")]), Standing, NullLogger<S3Vault>.Instance);
}
