using HostAtlas.Agent.Backup.Transfer;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Tests.Backup.Transfer;

public sealed class TicketRuleTests
{
    private static readonly Uri[] Origins = [new("https://atlas.example.net"), new("https://fsn1.example.com:9000")];

    [Theory]
    [InlineData("https://atlas.example.net/vault/x", true)]
    [InlineData("https://ATLAS.example.net:443/vault/x", true)]
    [InlineData("https://fsn1.example.com:9000/bucket/x?X-Amz-Signature=1", true)]
    [InlineData("http://atlas.example.net/vault/x", false)]
    [InlineData("https://atlas.example.net:8443/vault/x", false)]
    [InlineData("https://fsn1.example.com/bucket/x", false)]
    [InlineData("https://atlas.example.net.evil.test/x", false)]
    [InlineData("https://atlas.example.net@evil.test/x", false)]
    [InlineData("https://169.254.169.254/latest", false)]
    [InlineData("https://localhost/x", false)]
    [InlineData("https://atlas.example.net./x", false)]
    [InlineData("https://user:word@atlas.example.net/x", false)]
    [InlineData("https://@atlas.example.net/x", true)]
    [InlineData("https://10.0.0.1\\@atlas.example.net/x", false)]
    [InlineData("https://10.0.0.1/@atlas.example.net/x", false)]
    [InlineData("https://10.0.0.1#@atlas.example.net/x", false)]
    [InlineData("https://10.0.0.1?@atlas.example.net/x", false)]
    [InlineData("https://2130706433/x", false)]
    [InlineData("https://0x7f000001/x", false)]
    [InlineData("https://127.1/x", false)]
    [InlineData("https://[::1]/x", false)]
    [InlineData("https://[::ffff:10.0.0.1]/x", false)]
    [InlineData("https://[fe80::1%25eth0]/x", false)]
    [InlineData("https://atlas.example.net:0/x", false)]
    [InlineData("https://atlas.example.net:22/x", false)]
    [InlineData("https://atl\u0430s.example.net/x", false)]
    [InlineData("https://atlas\u3002example.net.evil.test/x", false)]
    [InlineData("https:/10.0.0.1/x", false)]
    [InlineData("https:10.0.0.1/x", false)]
    [InlineData("//atlas.example.net/x", false)]
    [InlineData("gopher://atlas.example.net/x", false)]
    [InlineData("ftp://atlas.example.net/x", false)]
    [InlineData("unix:/run/docker.sock", false)]
    [InlineData("", false)]
    [InlineData("\r\nHost: inside", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("/vault/x", false)]
    public void A_ticket_leads_to_the_platform_or_to_a_vault_that_the_host_names(string url, bool followed) =>
        Assert.Equal(followed, TicketRule.FaultOf(Ticket(url), "PUT", Origins) is null);

    [Theory]
    [InlineData("if-none-match", "*", true)]
    [InlineData("X-Amz-Acl", "private", true)]
    [InlineData("x-amz-meta-md5", "d41d8cd98f00b204e9800998ecf8427e", true)]
    [InlineData("x-amz-meta-other", "x", false)]
    [InlineData("Host", "inside", false)]
    [InlineData("Authorization", "Bearer x", false)]
    [InlineData("x-amz-copy-source", "/other/object", false)]
    [InlineData("content-md5", "a\r\nHost: x", false)]
    [InlineData("content-type", "\u00e9", false)]
    [InlineData("Content-Type ", "text/plain", false)]
    [InlineData("X-Forwarded-For", "127.0.0.1", false)]
    [InlineData("Cookie", "a=b", false)]
    [InlineData("Transfer-Encoding", "chunked", false)]
    [InlineData("Connection", "upgrade", false)]
    [InlineData("Metadata-Flavor", "Google", false)]
    [InlineData("X-aws-ec2-metadata-token", "x", false)]
    [InlineData("", "x", false)]
    public void Only_headers_of_a_closed_set_are_sent(string name, string value, bool followed) => Assert.Equal(followed,
        TicketRule.FaultOf(Ticket("https://atlas.example.net/x", new() { [name] = value }), "PUT", Origins) is null);

    [Fact]
    public void Another_method_than_the_one_that_was_asked_for_is_not_used() =>
        Assert.NotNull(TicketRule.FaultOf(Ticket("https://atlas.example.net/x") with { Method = "DELETE" }, "PUT", Origins));

    private static ObjectTicket Ticket(string url, Dictionary<string, string>? headers = null) => new(
        new ObjectName(ObjectKind.Pack, ResourceId.FromRandom<ObjectId>(new byte[16])), "PUT", url, headers ?? [],
            DateTimeOffset.UnixEpoch);
}
