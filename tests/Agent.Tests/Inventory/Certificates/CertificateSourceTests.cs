using System.Text;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Inventory.Files;
using HostAtlas.Agent.Uplink;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Tests.Inventory.Certificates;

public sealed class CertificateSourceTests : IDisposable
{
    private const int HeadBytes = 64;
    private static readonly PlantedKey Key = new(), Other = new("other.example");
    private readonly LaidOutHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_certificate_is_told_by_its_names_span_and_fingerprint()
    {
        _host.Write("/etc/letsencrypt/archive/x/cert1.pem", Key.CertificatePem)
            .Link("/etc/letsencrypt/live/x/cert.pem", "../../archive/x/cert1.pem");
        var item = Assert.Single((await _host.CollectAsync()).Certificates);
        Assert.Equal("/etc/letsencrypt/live/x/cert.pem", item.Path);
        Assert.Equal(("CN=planted.example, O=Planted", "CN=planted.example, O=Planted"), (item.Subject, item.Issuer));
        Assert.Equal(["planted.example", "192.0.2.7", "https://planted.example/x", "me@planted.example"], item.Sans);
        Assert.Equal((LaidOutHost.Now.AddDays(-10), LaidOutHost.Now.AddDays(80)), (item.NotBefore, item.NotAfter));
        Assert.Equal(Key.Fingerprint, item.Fingerprint);
        Assert.Empty(item.UsedBy);
    }

    [Fact]
    public async Task Our_own_tokens_in_a_certificates_names_or_path_leave_nowhere()
    {
        string[] tokens = [.. ((string[])["hat_", "hak_", "hai_", "hbk_"]).Select(prefix => prefix + "AAECAwQFBgcICQoLDA0ODw")];
        _host.Write($"/etc/letsencrypt/live/{tokens[0]}/cert.pem", new PlantedKey(string.Join('.', tokens)).CertificatePem);
        var report = await _host.CollectAsync();
        var item = Assert.Single(report.Certificates);
        Assert.Equal("CN=[FILTERED].[FILTERED].[FILTERED].[FILTERED], O=Planted", item.Subject);
        Assert.Equal((item.Subject, "[FILTERED].[FILTERED].[FILTERED].[FILTERED]"), (item.Issuer, item.Sans[0]));
        var body = Encoding.UTF8.GetString(InventoryBody.Write(report));
        Assert.All(tokens, token => Assert.DoesNotContain(token, body, StringComparison.OrdinalIgnoreCase));
        Assert.Contains("/etc/letsencrypt/live/[FILTERED]/cert.pem", body, StringComparison.Ordinal);
    }

    /// <summary>Where a key may lie, under which name, and whether the file may be opened at all.</summary>
    public static TheoryData<string, string, bool> Plantings => new()
    {
        { "privkey.pem", "pem", false }, { "PRIVKEY1.PEM", "pem", false }, { "site.key", "pem", false }, { "id_rsa", "pem", false },
        { "id_backup", "pem", false }, { "store.p12", "pkcs12", false }, { "store.PFX", "pkcs12", false }, { "store.jks", "jks", false },
        { "store.pkcs12", "pkcs12", false }, { "note.txt", "pem", true }, { "old.txt", "pkcs1", true }, { "readme", "pem", true },
        { "store.bin", "pkcs12", true }, { "key.der", "der", true }, { "key-first.pem", "keyFirst", true },
    };

    [Theory]
    [MemberData(nameof(Plantings))]
    public async Task A_private_key_is_not_read_beyond_its_head_nor_told(string name, string form, bool opened)
    {
        byte[] content = form switch
        {
            "pem" => Encoding.ASCII.GetBytes(Key.Pem),
            "pkcs1" => Encoding.ASCII.GetBytes(Key.Pkcs1Pem),
            "keyFirst" => Encoding.ASCII.GetBytes(Key.Pem + Key.CertificatePem),
            "pkcs12" => Key.Pkcs12(),
            "jks" => [0xFE, 0xED, 0xFE, 0xED, .. Key.Der],
            _ => Key.Der,
        };
        // In a known folder, open to everybody, and named by a server's configuration in a certificate's place.
        const UnixFileMode Open = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        _host.Write($"/etc/nginx/ssl/{name}", content, Open).Write($"/srv/{name}", content)
            .Link("/etc/letsencrypt/live/x/innocent.pem", $"../../../../srv/{name}").Write($"/etc/cron.d/{name.Replace('.', '-')}", content)
            .Write("/etc/nginx/nginx.conf", $"include /etc/nginx/ssl/*; server {{ ssl_certificate /srv/{name}; }}");
        var report = await _host.CollectAsync();
        Assert.Empty(report.Certificates);
        AssertNothingOf(Key, report);
        Assert.Contains(report.Faults, fault => fault.Source == $"/srv/{name}"
            && fault.Reason.Contains("private key", StringComparison.Ordinal));
        var keys = _host.Reads.Where(read => read.Key is not "/etc/nginx/nginx.conf").ToList();
        Assert.All(keys, read => Assert.InRange(read.Value, 0, HeadBytes));
        if (!opened) Assert.DoesNotContain(keys, read => !read.Key.StartsWith("/etc/cron.d/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cert, key")]
    [InlineData("cert, key, cert")]
    [InlineData("text, key, cert")]
    [InlineData("bag, cert, key, cert")]
    [InlineData("cert, key without an end")]
    public async Task A_bundle_gives_its_certificates_and_nothing_of_its_key(string form)
    {
        var parts = form.Split(", ").Select(part => part switch
        {
            "cert" => Key.CertificatePem,
            "key" => Key.Pem,
            "text" => "# made by hand, long ago, for the old shop, and kept here since then\r\n\r\n",
            "bag" => "Bag Attributes\n    localKeyID: 01 02 03\nsubject=CN = planted.example\n",
            _ => Key.Pem[..^60],
        });
        _host.Write("/etc/haproxy/certs/site.pem", string.Concat(parts));
        var report = await _host.CollectAsync();
        Assert.Equal(form.Split(", ").Count(part => part == "cert"), report.Certificates.Count);
        Assert.All(report.Certificates, item => Assert.Equal(Key.Fingerprint, item.Fingerprint));
        AssertNothingOf(Key, report);
    }

    [Fact]
    public async Task What_stands_in_a_certificates_place_and_is_none_is_a_fault_without_content()
    {
        var disguised = Key.Pem.Replace("PRIVATE KEY", "CERTIFICATE", StringComparison.Ordinal);
        var nested = "# a note of some length, so that the first bytes tell nothing yet\n-----BEGIN CERTIFICATE-----\n" + Key.Pem
            + Key.CertificatePem;
        _host.Write("/etc/nginx/ssl/disguised.pem", disguised).Write("/etc/nginx/ssl/nested.pem", nested)
            .Write("/etc/nginx/ssl/long.pem", "-----BEGIN CERTIFICATE-----\n" + new string('A', 300_000) + "\n-----END CERTIFICATE-----\n")
            .Write("/etc/nginx/ssl/many.pem", "-----BEGIN CERTIFICATE-----\n"
            + string.Concat(Enumerable.Repeat(new string('A', 64) + "\n", 2_000)))
            .Write("/etc/nginx/ssl/random.bin", Key.Der[100..]).Write("/etc/nginx/ssl/empty", "")
            .Write("/etc/nginx/ssl/cert.der", Other.CertificateDer);
        var report = await _host.CollectAsync();
        Assert.Equal([Other.Fingerprint, Key.Fingerprint], report.Certificates.Select(item => item.Fingerprint));
        AssertNothingOf(Key, report);
        Assert.All(report.Faults, fault => Assert.Equal("holds a certificate that cannot be read", fault.Reason));
    }

    [Fact]
    public async Task Pipes_loops_large_files_and_deep_folders_hold_nothing_up()
    {
        _host.Pipe("/etc/nginx/ssl/pipe.pem").Link("/etc/nginx/ssl/loop", "loop").Link("/etc/nginx/ssl/up", "..")
            .Link("/etc/nginx/ssl/device", "/dev/zero").Write("/etc/nginx/ssl/large", new byte[(2 << 20) + 1])
            .Write("/etc/nginx/ssl/" + string.Concat(Enumerable.Repeat("d/", 40)) + "deep.pem", Key.CertificatePem)
            .Write("/etc/nginx/ssl/a/b/near.pem", Other.CertificatePem).Link("/etc/nginx/ssl/gone.pem", "nowhere")
            .Write("/etc/nginx/nginx.conf",
            "include /etc/nginx/nginx.conf; include /etc/nginx/*; ssl_certificate /etc/nginx/ssl/pipe.pem;");
        var report = await _host.CollectAsync();
        Assert.Equal(["/etc/nginx/ssl/a/b/near.pem"], report.Certificates.Select(item => item.Path));
        Assert.DoesNotContain("/etc/nginx/ssl/pipe.pem", _host.Reads.Keys);
        Assert.DoesNotContain("/etc/nginx/ssl/large", _host.Reads.Keys);
    }

    [Fact]
    public async Task Configurations_lead_to_certificates_through_their_includes()
    {
        _host.Write("/srv/one.pem", Key.CertificatePem).Write("/etc/dovecot/two.pem", Other.CertificatePem)
            .Write("/etc/nginx/nginx.conf", "http { include conf.d/*.conf; }")
            .Write("/etc/nginx/conf.d/a.conf", "ssl_certificate /srv/one.pem;")
            .Write("/etc/apache2/apache2.conf", "IncludeOptional sites-enabled/*.conf")
            .Write("/etc/apache2/sites-available/x.conf", "SSLCertificateFile /srv/one.pem\n")
            .Link("/etc/apache2/sites-enabled/x.conf", "../sites-available/x.conf")
            .Write("/etc/dovecot/dovecot.conf", "!include conf.d/*.conf").Write("/etc/dovecot/conf.d/10-ssl.conf", "ssl_cert = <../two.pem")
            .Write("/etc/postfix/main.cf", "smtpd_tls_cert_file = /srv/gone.pem\n")
            .Write("/etc/haproxy/haproxy.cfg", "bind :1 ssl crt /etc/haproxy/folder\n")
            .Write("/etc/haproxy/folder/three.pem", Other.CertificatePem);
        var report = await _host.CollectAsync();
        Assert.Equal(
            ["/etc/dovecot/two.pem: dovecot", "/etc/haproxy/folder/three.pem: haproxy", "/srv/one.pem: apache,nginx"],
            report.Certificates.Select(item => $"{item.Path}: {string.Join(',', item.UsedBy)}").Order(StringComparer.Ordinal));
        Assert.Equal([new InventoryFault("/srv/gone.pem", "is not there; postfix names it")], report.Faults);
    }

    [Fact]
    public async Task Roots_that_the_owner_names_are_looked_into_and_missing_ones_told()
    {
        _host.Write("/srv/tls/a.crt", Key.CertificatePem).Write("/etc/letsencrypt/live/x/cert.pem", Other.CertificatePem);
        var report = await _host.CollectAsync(new InventoryOptions { Certificates = ["/srv/tls", "/srv/none"], TlsListeners = false });
        Assert.Equal(["/srv/tls/a.crt"], report.Certificates.Select(item => item.Path));
        Assert.Equal([new InventoryFault("/srv/none", "is not there")], report.Faults);
    }

    [Fact]
    public void What_may_not_be_read_is_told_apart_from_what_is_not_there()
    {
        _host.Write("/srv/file", "x").Link("/srv/loop", "loop");
        Assert.Equal(FileAnswer.Absent, _host.Files.TryOpen("/srv/none", 10, out _));
        Assert.Equal(FileAnswer.Absent, _host.Files.TryOpen("/srv/file/below", 10, out _));
        Assert.Equal(FileAnswer.Unreadable, _host.Files.TryOpen("/srv/loop", 10, out _));
        Assert.Equal(FileAnswer.NoFile, _host.Files.TryOpen("/srv", 10, out _));
        Assert.Equal(FileAnswer.Opened, _host.Files.TryReadText("/srv/file", 1, out var text));
        Assert.Equal("x", text);
        Assert.Equal(FileAnswer.TooLarge, _host.Files.TryReadText("/srv/file", 0, out _));
    }

    private static void AssertNothingOf(PlantedKey key, InventoryReport report)
    {
        var body = Encoding.UTF8.GetString(InventoryBody.Write(report));
        Assert.All(key.Marks, mark => Assert.DoesNotContain(mark, body, StringComparison.Ordinal));
    }
}
