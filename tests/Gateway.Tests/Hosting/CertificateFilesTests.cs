using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HostAtlas.Gateway.Hosting;
using HostAtlas.Gateway.Hosting.Certificates;
using HostAtlas.TestSupport;

namespace HostAtlas.Gateway.Tests.Hosting;

public sealed class CertificateFilesTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Names = ["atlas.example.net", "box", "localhost", "127.0.0.1", "2001:db8::1"];
    private readonly TempFolder _folder = new();
    private readonly CertificateFiles _files;

    public CertificateFilesTests() => _files = new CertificateFiles(_folder.Path, Names);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_first_start_makes_an_authority_and_a_certificate_for_every_name()
    {
        Assert.True(_files.Prepare(Now));
        var loaded = _files.Load();
        var certificate = loaded.Certificate;
        Assert.All(Names, name => Assert.True(certificate.MatchesHostname(name, allowWildcards: false, allowCommonName: false), name));
        Assert.False(certificate.MatchesHostname("other.example.net", false, false));
        Assert.Equal(Now.UtcDateTime.AddDays(-1), certificate.NotBefore.ToUniversalTime());
        Assert.InRange((certificate.NotAfter - certificate.NotBefore).TotalDays, 365, 397);
        Assert.Equal("1.2.840.10045.3.1.7", certificate.GetECDsaPublicKey()!.ExportParameters(false).Curve.Oid.Value);
        using var chain = NewChain();
        Assert.True(chain.Build(certificate));
        Assert.Empty(loaded.Intermediates);
    }

    [Fact]
    public void Keys_are_for_the_owner_alone()
    {
        _files.Prepare(Now);
        Assert.Equal(PrivateFile.Secret, File.GetUnixFileMode(_folder.File("server.key")));
        Assert.Equal(PrivateFile.Secret, File.GetUnixFileMode(_folder.File("ca.key")));
        Assert.Equal(PrivateFile.Public, File.GetUnixFileMode(_folder.File("ca.pem")));
    }

    [Fact]
    public void A_good_certificate_stays_and_one_that_ends_soon_is_renewed_under_the_same_authority()
    {
        _files.Prepare(Now);
        var (authority, first) = (Read("ca.pem"), Read("server.pem"));
        Assert.False(_files.Prepare(Now.AddDays(300)));
        Assert.Equal(first, Read("server.pem"));
        Assert.True(_files.Prepare(Now.AddDays(340)));
        Assert.NotEqual(first, Read("server.pem"));
        Assert.Equal(authority, Read("ca.pem"));
        Assert.True(_files.Load().Certificate.NotAfter.ToUniversalTime() > Now.AddDays(700).UtcDateTime);
        Assert.True(_files.Prepare(Now.AddDays(2_000))); // After years off.
    }

    [Fact]
    public void Another_address_gets_a_certificate_with_its_name()
    {
        _files.Prepare(Now);
        Assert.True(new CertificateFiles(_folder.Path, [.. Names, "new.example.net"]).Prepare(Now));
        Assert.True(_files.Load().Certificate.MatchesHostname("new.example.net"));
    }

    [Fact]
    public void The_operators_own_certificate_is_never_touched()
    {
        using var other = new TempFolder();
        new CertificateFiles(other.Path, ["elsewhere.example.net"]).Prepare(Now);
        foreach (var file in (string[])["server.pem", "server.key"]) File.Copy(other.File(file), _folder.File(file));
        var before = Read("server.pem");
        Assert.False(_files.Prepare(Now.AddDays(1_800)));
        Assert.Equal(before, Read("server.pem"));
        Assert.False(File.Exists(_folder.File("ca.pem")));

        // The same beside an authority of ours: it did not issue this one.
        File.Delete(_folder.File("server.pem"));
        File.Delete(_folder.File("server.key"));
        _files.Prepare(Now);
        foreach (var file in (string[])["server.pem", "server.key"]) File.Copy(other.File(file), _folder.File(file), overwrite: true);
        Assert.False(_files.Prepare(Now.AddDays(1_800)));
        Assert.Equal(before, Read("server.pem"));
    }

    [Theory]
    [InlineData("server.pem")]
    [InlineData("server.key")]
    public void Half_of_the_operators_pair_is_a_fault(string half)
    {
        File.WriteAllText(_folder.File(half), "x");
        Assert.Contains("one is missing", Assert.Throws<StartFaultException>(() => _files.Prepare(Now)).Message, StringComparison.Ordinal);
    }

    [Theory] // Every state a kill during the first start can leave.
    [InlineData("ca.pem", "server.pem", "server.key")]
    [InlineData("server.pem", "server.key")]
    [InlineData("server.pem")]
    public void A_first_start_that_was_killed_half_way_is_finished_by_the_next(params string[] missing)
    {
        _files.Prepare(Now);
        foreach (var file in missing) File.Delete(_folder.File(file));
        Assert.True(_files.Prepare(Now));
        using var chain = NewChain();
        Assert.True(chain.Build(_files.Load().Certificate));
    }

    [Fact]
    public void A_renewal_that_was_killed_between_key_and_certificate_is_finished_by_the_next_start()
    {
        _files.Prepare(Now);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(_folder.File("server.key"), key.ExportPkcs8PrivateKeyPem());
        Assert.True(_files.Prepare(Now));
        Assert.True(_files.Load().Certificate.HasPrivateKey);
    }

    [Fact]
    public void An_authority_without_its_key_issues_nothing_and_is_not_replaced()
    {
        _files.Prepare(Now);
        foreach (var file in (string[])["ca.key", "server.pem", "server.key"]) File.Delete(_folder.File(file));
        var before = Read("ca.pem");
        Assert.Contains("its key is not", Assert.Throws<StartFaultException>(() => _files.Prepare(Now)).Message, StringComparison.Ordinal);
        Assert.Equal(before, Read("ca.pem"));
    }

    [Fact]
    public void Names_are_those_of_the_address_the_host_and_the_local_ones()
    {
        Assert.Equal(["atlas.example.net", "box", "localhost", "127.0.0.1"],
            CertificateFiles.NamesOf(new Uri("https://atlas.example.net"), "box"));
        Assert.Equal(["127.0.0.1", "box", "localhost"], CertificateFiles.NamesOf(new Uri("https://127.0.0.1:8443"), "box"));
        Assert.Equal(["2001:db8::1", "localhost", "127.0.0.1"],
            CertificateFiles.NamesOf(new Uri("https://[2001:db8::1]:1"), "no host name"));
        Assert.Equal(["box", "localhost", "127.0.0.1"], CertificateFiles.NamesOf(new Uri("https://0.0.0.0:8443"), "box"));
    }

    private string Read(string file) => File.ReadAllText(_folder.File(file));

    private X509Chain NewChain()
    {
        var chain = new X509Chain
        {
            ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck, VerificationTime = Now.UtcDateTime }
        };
        chain.ChainPolicy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(Read("ca.pem")));
        return chain;
    }
}
