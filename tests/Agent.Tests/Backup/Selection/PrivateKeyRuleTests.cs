using System.Security.Cryptography;
using System.Text;
using HostAtlas.Agent.Backup.Selection;

namespace HostAtlas.Agent.Tests.Backup.Selection;

public sealed class PrivateKeyRuleTests
{
    [Theory]
    [InlineData("id_ed25519", 0b110_000_000, KeySuspicion.IsKey)]
    [InlineData("id_rsa", 0b110_100_100, KeySuspicion.IsKey)]
    [InlineData("id_rsa.pub", 0b110_000_000, KeySuspicion.LookInside)]
    [InlineData("server.key", 0b110_000_000, KeySuspicion.IsKey)]
    [InlineData("archive.key", 0b110_100_100, KeySuspicion.LookInside)]
    [InlineData("privkey1.pem", 0b110_000_000, KeySuspicion.IsKey)]
    [InlineData("ssh_host_rsa_key", 0b110_000_000, KeySuspicion.IsKey)]
    [InlineData("store.P12", 0b110_100_100, KeySuspicion.IsKey)]
    [InlineData("cacerts.jks", 0b110_100_100, KeySuspicion.IsKey)]
    [InlineData("id_card.txt", 0b110_100_100, KeySuspicion.LookInside)]
    [InlineData("monkey", 0b110_000_000, KeySuspicion.LookInside)]
    public void Name_and_mode_decide_or_leave_it_to_the_content(string name, int mode, KeySuspicion expected) =>
        Assert.Equal(expected, PrivateKeyRule.ByName(Encoding.UTF8.GetBytes(name), mode));

    [Theory]
    [InlineData("-----BEGIN PRIVATE KEY-----\n", true)]
    [InlineData("-----BEGIN ENCRYPTED PRIVATE KEY-----\n", true)]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\n", true)]
    [InlineData("-----BEGIN PGP PRIVATE KEY BLOCK-----\n", true)]
    [InlineData("PuTTY-User-Key-File-3: ssh-ed25519\n", true)]
    [InlineData("AGE-SECRET-KEY-1QQQ", true)]
    [InlineData("-----BEGIN CERTIFICATE-----\n", false)]
    [InlineData("ssh-ed25519 AAAA me@host", false)]
    [InlineData("", false)]
    public void The_first_bytes_tell_a_key(string head, bool expected) =>
        Assert.Equal(expected, PrivateKeyRule.ByHead(Encoding.ASCII.GetBytes(head)));

    [Fact]
    public void Keys_in_DER_are_told_and_certificates_are_none()
    {
        using var rsa = RSA.Create(2048);
        Assert.True(PrivateKeyRule.ByHead(rsa.ExportPkcs8PrivateKey()));
        Assert.True(PrivateKeyRule.ByHead(rsa.ExportRSAPrivateKey()));
        Assert.False(PrivateKeyRule.ByHead(rsa.ExportSubjectPublicKeyInfo()));
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            "CN=x", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now, now.AddDays(1));
        Assert.False(PrivateKeyRule.ByHead(certificate.RawData));
        Assert.True(PrivateKeyRule.ByHead(certificate.Export(System.Security.Cryptography.X509Certificates.X509ContentType.Pkcs12)));
    }
}
