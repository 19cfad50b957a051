using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HostAtlas.Gateway.Hosting;
using HostAtlas.Gateway.Hosting.Certificates;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using Microsoft.Extensions.Logging.Abstractions;

namespace HostAtlas.Gateway.Tests.Hosting;

public sealed class CertificateSourceTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _folder = new();
    private readonly CertificateFiles _files;
    private readonly CertificateSource _source;
    private int _minutes;

    public CertificateSourceTests()
    {
        _files = new CertificateFiles(_folder.Path, ["localhost"]);
        _source = new CertificateSource(_files, new ManualTime(Now), NullLogger<CertificateSource>.Instance);
    }

    public void Dispose()
    {
        _source.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_new_pair_takes_the_place_of_the_old_one_once_it_has_rested()
    {
        var first = _source.Current;
        Assert.False(_source.Look());
        Replace(NewPair());
        Assert.False(_source.Look()); // Seen: it may be half written.
        Assert.True(_source.Look());
        Assert.NotSame(first, _source.Current);
        Assert.False(_source.Look());
    }

    [Fact]
    public void A_broken_pair_keeps_the_old_one_until_a_good_one_comes()
    {
        var first = _source.Current;
        var good = NewPair();
        foreach (var (certificate, key) in (
            (string, string)[])[("no PEM", good.Key), (good.Certificate, "no PEM"), (NewPair().Certificate, good.Key), ("", "")])
        {
            Replace((certificate, key));
            for (var i = 0; i < 3; i++) Assert.False(_source.Look());
            Assert.Same(first, _source.Current);
        }
        File.Delete(_files.KeyFile);
        for (var i = 0; i < 3; i++) Assert.False(_source.Look());
        Assert.Same(first, _source.Current);
        Replace(good);
        _source.Look();
        Assert.True(_source.Look());
    }

    [Fact]
    public void A_platform_whose_certificate_does_not_load_does_not_start()
    {
        Replace((NewPair().Certificate, "no PEM"));
        File.Delete(_folder.File("ca.key"));
        Assert.Throws<StartFaultException>(
            () => new CertificateSource(_files, new ManualTime(Now), NullLogger<CertificateSource>.Instance));
    }

    private (string Certificate, string Key) NewPair()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=own", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(30));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    // Each write has a time of its own, as it has in the world.
    private void Replace((string Certificate, string Key) pair)
    {
        var at = Now.UtcDateTime.AddMinutes(++_minutes);
        File.WriteAllText(_files.CertificateFile, pair.Certificate);
        File.WriteAllText(_files.KeyFile, pair.Key);
        File.SetLastWriteTimeUtc(_files.CertificateFile, at);
        File.SetLastWriteTimeUtc(_files.KeyFile, at);
    }
}

[Collection(nameof(PlatformCollection))]
public sealed class CertificateReloadTests(TestPlatform platform)
{
    [Fact]
    public async Task New_connections_get_the_new_certificate_and_old_ones_go_on()
    {
        await using var old = await platform.ConnectAsync();
        var before = await ShownAsync();
        File.Delete(Path.Combine(platform.Data, "server.pem"));
        new CertificateFiles(platform.Data, CertificateFiles.NamesOf(platform.Url, "box")).Prepare(TimeProvider.System.GetUtcNow());
        await Poll.UntilAsync("the new certificate", TimeSpan.FromSeconds(20), async () => await ShownAsync() != before);
        await old.SendAsync("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        Assert.Equal(404, (await old.ReadAnswerAsync())!.Status);
    }

    private async Task<string> ShownAsync()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(platform.Url.Host, platform.Url.Port);
        await using var stream = new SslStream(socket.GetStream());
        await stream.AuthenticateAsClientAsync(
            PlatformTrust.Options(platform.Url.Host, PlatformTrust.Load(Path.Combine(platform.Data, "ca.pem"))));
        return stream.RemoteCertificate!.GetSerialNumberString();
    }
}
