using System.Text;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Servers;
using HostAtlas.Gateway.Ingest;
using HostAtlas.Gateway.Ingest.Backups;

namespace HostAtlas.Gateway.Tests.Ingest.Backups;

/// <summary>Bodies of the backup endpoints: what they mean, and where they point to what is wrong.</summary>
public sealed class BackupBodiesTests
{
    private const string Id = "1b9f0a52-5d0e-4c6b-9a57-0c3f1f0a7d11", Other = "0b9c2d4e-7f81-4a36-b5d2-e8c4f1a09375";
    private const string Hash = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private const string Good = $$"""{"name": "packs/{{Id}}", "size": 262144, "sha256": "{{Hash}}"}""";

    [Fact]
    public void Good_bodies_are_read_and_unknown_members_ignored()
    {
        var begin = Payload<BeginPayload>("begin",
            $$"""{"request":"x","snapshot":"{{Id}}","parent":"{{Other}}","schedule":"0 2 * * *","canaries":{"a":1},"more":[]}""");
        Assert.Equal((Id, Other, "0 2 * * *"), (begin.Snapshot.ToString(), begin.Parent.ToString(), begin.Schedule));
        Assert.Null(Payload<BeginPayload>("begin", $$"""{"snapshot":"{{Id}}","parent":null,"schedule":null}""").Parent);
        var uploads = Payload<UploadsPayload>("uploads",
            $$"""{"snapshot":"{{Id}}","objects":[{{Good[..^1]}} ,"md5":"AAAAAAAAAAAAAAAAAAAAAA==","x":1}],"reused":["indexes/{{Id}}"]}""");
        Assert.Equal(("packs/" + Id, 262144L, Hash), (uploads.Objects[0].Name.ToString(), uploads.Objects[0].Size,
            Convert.ToHexStringLower(uploads.Objects[0].Sha256)));
        Assert.Equal("indexes/" + Id, Assert.Single(uploads.Reused).ToString());
        Assert.Empty(Payload<UploadsPayload>("uploads", $$"""{"snapshot":"{{Id}}","objects":[]}""").Reused);
        var commit = Payload<CommitPayload>("commit",
            $$"""{"snapshot":"{{Id}}","snapshotObject":"snapshots/{{Id}}","objects":3,"bytes":99,"gate":{"hitFiles":0} }""");
        Assert.Equal((3L, 99L, "{\"hitFiles\":0}"), (commit.Objects, commit.Bytes, Encoding.UTF8.GetString(commit.Gate!)));
        Assert.Null(Payload<CommitPayload>("commit", $$"""{"snapshot":"{{Id}}","snapshotObject":null,"objects":0,"bytes":0}""")
            .SnapshotObject);
        Payload<ListPayload>("list", "{}");
        const string canary = "4b227777d4dd1fc61c6f884f48641d02";
        foreach (var (canaries, changed) in new[]
        {
            ("null", 0), ("{}", 0), ("""{"planted":3,"changed":[]}""", 0), ($$"""{"planted":3,"changed":["{{canary}}"]}""", 1),
        })
        {
            var told = Payload<BeginPayload>("begin", $$"""{"snapshot":"{{Id}}","parent":null,"canaries":{{canaries}}}""").ChangedCanaries;
            Assert.Equal(Enumerable.Repeat(canary, changed), told ?? []);
        }
        Assert.Single(Payload<DownloadsPayload>("downloads", $$"""{"objects":["packs/{{Id}}"]}""").Objects);
        var drill = Payload<DrillPayload>("drill", $$"""{"snapshot":"{{Id}}","at":1712150400123,"files":3,"bytes":7,"failed":1}""");
        Assert.Equal((DateTimeOffset.FromUnixTimeMilliseconds(1_712_150_400_123), 3L, 7L, 1L),
            (drill.DrilledAt, drill.Files, drill.Bytes, drill.Failed));
    }

    [Theory]
    [InlineData("begin", "{}", "/snapshot /parent")]
    [InlineData("drill", "{}", "/snapshot /at /files /bytes /failed")]
    [InlineData("drill", $$"""{"snapshot":"{{Id}}","at":9007199254740991,"files":3,"bytes":7,"failed":4}""", "/failed /at")]
    [InlineData("begin", """{"snapshot":"1B9F0A52-5D0E-4C6B-9A57-0C3F1F0A7D11","parent":null}""", "/snapshot")]
    [InlineData("begin", $$"""{"snapshot":"{{Id}}","parent":"none"}""", "/parent")]
    [InlineData("begin", $$"""{"snapshot":"{{Id}}","parent":null,"schedule":"daily"}""", "/schedule")]
    [InlineData("begin", $$"""{"snapshot":"{{Id}}","parent":null,"schedule":7}""", "/schedule")]
    [InlineData("begin", $$"""{"snapshot":"{{Id}}","parent":null,"canaries":[]}""", "/canaries")]
    [InlineData("begin", $$"""{"snapshot":"{{Id}}","parent":null,"canaries":{"planted":-1,"changed":["x"]} }""", "/canaries/planted /canaries/changed")]
    [InlineData("begin", $$"""{"snapshot":"{{Id}}","parent":null,"canaries":{"changed":{} } }""", "/canaries/changed")]
    [InlineData("uploads", $$"""{"snapshot":"{{Id}}"}""", "/objects")]
    [InlineData("uploads", $$"""{"snapshot":"{{Id}}","objects":{},"reused":7}""", "/objects /reused")]
    [InlineData("uploads", $$"""{"snapshot":"{{Id}}","objects":[7]}""", "/objects/0")]
    [InlineData("uploads", $$"""{"snapshot":"{{Id}}","objects":[{}]}""", "/objects/0/name /objects/0/size /objects/0/sha256")]
    [InlineData("uploads", $$"""{"snapshot":"{{Id}}","objects":[{{Good}},{{Good}}]}""", "/objects/1/name")]
    [InlineData("uploads", $$"""{"snapshot":"{{Id}}","objects":[{{Good}}],"reused":["packs/{{Id}}"]}""", "/reused/0")]
    [InlineData("uploads", $$"""{"snapshot":"{{Id}}","objects":[],"reused":["packs/../{{Id}}"]}""", "/reused/0")]
    [InlineData("uploads", $$"""{"snapshot":"{{Id}}","objects":[],"reused":["/packs/{{Id}}"]}""", "/reused/0")]
    [InlineData("uploads", $$"""{"snapshot":"{{Id}}","objects":[],"reused":["{{Other}}/packs/{{Id}}"]}""", "/reused/0")]
    [InlineData("commit", $$"""{"snapshot":"{{Id}}","objects":1,"bytes":1}""", "/snapshotObject")]
    [InlineData("commit", $$"""{"snapshot":"{{Id}}","snapshotObject":"snapshots","objects":-1,"bytes":1.5,"gate":"x"}""", "/snapshotObject /objects /bytes /gate")]
    [InlineData("commit", $$"""{"snapshot":"{{Id}}","snapshotObject":null,"objects":0,"bytes":0,"gate":{"state":"x","hits":[{}]} }""", "/gate/state /gate/hits/0/path /gate/hits/0/content")]
    [InlineData("downloads", "{}", "/objects")]
    [InlineData("downloads", $$"""{"objects":["packs/{{Id}}","packs/{{Id}}",null]}""", "/objects/1 /objects/2")]
    public void What_cannot_be_taken_is_pointed_to(string endpoint, string body, string pointers) =>
        Assert.Equal(pointers, string.Join(' ', Read(endpoint, body).Errors!.Select(error => error.Pointer)));

    [Theory]
    [InlineData("size", "0")]
    [InlineData("size", "33554433")]
    [InlineData("size", "-1")]
    [InlineData("size", "1.5")]
    [InlineData("size", "1e3")]
    [InlineData("size", "\"1\"")]
    [InlineData("size", "99999999999999999999")]
    [InlineData("sha256", "\"00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff\"")]
    [InlineData("sha256", "\"0011\"")]
    [InlineData("sha256", "null")]
    [InlineData("md5", "\"AAAA\"")]
    [InlineData("md5", "7")]
    public void A_members_value_is_what_it_must_be(string member, string value)
    {
        var values = new Dictionary<string, string> { ["name"] = $"\"packs/{Id}\"", ["size"] = "1", ["sha256"] = $"\"{Hash}\"" };
        values[member] = value;
        var body = $$"""{"snapshot":"{{Id}}","objects":[{{{string.Join(',', values.Select(pair => $"\"{pair.Key}\":{pair.Value}"))}}}]}""";
        Assert.Equal($"/objects/0/{member}", Assert.Single(Read("uploads", body).Errors!).Pointer);
    }

    [Fact]
    public void New_and_reused_objects_are_at_most_5000_together()
    {
        static string Names(int from, int count) => string.Join(',',
            Enumerable.Range(from, count).Select(i => $"\"packs/1b9f0a52-5d0e-4c6b-9a57-{i:x12}\""));
        Assert.Equal(5000, Payload<UploadsPayload>("uploads", $$"""{"snapshot":"{{Id}}","objects":[],"reused":[{{Names(0, 5000)}}]}""")
            .Reused.Count);
        Assert.Equal("/objects", Read("uploads", $$"""{"snapshot":"{{Id}}","objects":[{{Good}}],"reused":[{{Names(0, 5000)}}]}""")
            .Errors![0].Pointer);
        Assert.Equal("/reused", Read("uploads", $$"""{"snapshot":"{{Id}}","objects":[],"reused":[{{Names(0, 5001)}}]}""")
            .Errors![0].Pointer);
    }

    [Fact]
    public void Evidence_has_a_bound()
    {
        var tooLong = new string('x', BackupBodies.EvidenceBytes);
        Assert.Equal("/gate",
            Read("commit", $$"""{"snapshot":"{{Id}}","snapshotObject":null,"objects":0,"bytes":0,"gate":{"a":"{{tooLong}}"} }""")
                .Errors![0].Pointer);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"snapshot\":")]
    [InlineData("{}{}")]
    [InlineData("{\"snapshot\":1,\"snapshot\":2}")]
    [InlineData("{\"snapshot\":\"\\ud800\"}")]
    [InlineData("{\"\\udc00\":1}")]
    public void Bytes_that_are_no_JSON_object_are_malformed_and_nothing_throws(string body)
    {
        foreach (var endpoint in (string[])["begin", "uploads", "commit", "list", "downloads"])
            Assert.NotNull(Read(endpoint, body).Malformed);
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_malformed() =>
        Assert.NotNull(new ListEndpoint().Parse([(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}'], Headers, default)
            .Malformed);

    private static readonly AgentHeaders Headers = new(default, "1712150400", 1712150400, new byte[32]);

    private static T Payload<T>(string endpoint, string body) where T : IAgentPayload
    {
        var read = Read(endpoint, body);
        Assert.True(read.Payload is not null, read.Malformed ?? string.Join('\n', read.Errors ?? []));
        return Assert.IsType<T>(read.Payload);
    }

    private static AgentBody Read(string endpoint, string body)
    {
        AgentEndpoint[] all =
        [
            new BeginEndpoint(), new UploadsEndpoint(), new CommitEndpoint(), new ListEndpoint(), new DownloadsEndpoint(),
            new DrillEndpoint(),
        ];
        return all.Single(one => one.Path == "/api/agent/backups/" + endpoint).Parse(Encoding.UTF8.GetBytes(body), Headers, default);
    }
}
