using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HostAtlas.Gateway.Tests.Hosting;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.Tests.Ingest.Backups;

/// <summary>An agent of one server, as far as backups go.</summary>
internal sealed class BackupClient(HttpClient http, string token)
{
    /// <summary>The agent's token.</summary>
    public string Token => token;

    /// <summary>A fresh id.</summary>
    public static string NewId() => ResourceId.FromRandom<ObjectId>(RandomNumberGenerator.GetBytes(16)).ToString();

    /// <summary>A fresh object of so many random bytes.</summary>
    public static Sealed NewObject(string folder = "packs", int length = 5000) =>
        new($"{folder}/{NewId()}", RandomNumberGenerator.GetBytes(length));

    /// <summary>Calls an endpoint with members beside <c>request</c>.</summary>
    public async Task<HttpResponseMessage> CallAsync(string endpoint, object members)
    {
        var body = JsonSerializer.SerializeToNode(members)!.AsObject();
        body["request"] = NewId();
        return await http.SendAsync(TestPlatform.Signed(token, Encoding.UTF8.GetBytes(body.ToJsonString()),
            path: "/api/agent/backups/" + endpoint));
    }

    /// <summary>Calls an endpoint that must answer so.</summary>
    public async Task<JsonElement> ExpectAsync(HttpStatusCode status, string endpoint, object members)
    {
        using var answer = await CallAsync(endpoint, members);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{endpoint}: {(int)answer.StatusCode} {text}");
        Framed.AssertFramed(answer);
        return JsonDocument.Parse(text).RootElement;
    }

    public Task<JsonElement> BeginAsync(string run, string? parent = null, string? schedule = null) =>
        ExpectAsync(HttpStatusCode.OK, "begin", new { snapshot = run, parent, schedule, canaries = new { } });

    public Task<JsonElement> UploadsAsync(string run, Sealed[] objects, params string[] reused) =>
        ExpectAsync(HttpStatusCode.OK, "uploads", new { snapshot = run, objects = objects.Select(one => one.Announced).ToArray(), reused });

    public Task<JsonElement> CommitAsync(string run, Sealed root, int objects, long bytes,
        HttpStatusCode status = HttpStatusCode.Created) =>
        ExpectAsync(status, "commit", new { snapshot = run, snapshotObject = root.Name, objects, bytes, gate = new { hitFiles = 0 } });

    /// <summary>The URL of the ticket for a name.</summary>
    public static string UrlOf(JsonElement tickets, string name) => tickets.GetProperty("tickets").EnumerateArray()
        .Single(ticket => ticket.GetProperty("name").GetString() == name).GetProperty("url").GetString()!;

    public async Task<HttpResponseMessage> PutAsync(string url, byte[] bytes) =>
        await http.PutAsync(new Uri(url), new ByteArrayContent(bytes));

    /// <summary>A ticket for one fresh object of a fresh run.</summary>
    public async Task<string> TicketAsync(Sealed one)
    {
        var run = NewId();
        var list = await ExpectAsync(HttpStatusCode.OK, "list", new { });
        await BeginAsync(run, list.GetProperty("items") is { } items && items.GetArrayLength() > 0
            ? items[0].GetProperty("snapshot").GetString() : null);
        return UrlOf(await UploadsAsync(run, [one]), one.Name);
    }

    /// <summary>Begins, sends and commits a run of so many objects; gives its objects, the snapshot's first.</summary>
    public async Task<Sealed[]> RunAsync(string run, string? parent, int objects)
    {
        Sealed[] all = [NewObject("snapshots"), .. Enumerable.Range(1, objects - 1).Select(_ => NewObject())];
        await BeginAsync(run, parent);
        var granted = await UploadsAsync(run, all);
        foreach (var one in all)
        {
            using var put = await PutAsync(UrlOf(granted, one.Name), one.Bytes);
            Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        }
        await CommitAsync(run, all[0], all.Length, all.Sum(one => (long)one.Bytes.Length));
        return all;
    }
}

/// <summary>Bytes that stand for a sealed object.</summary>
internal sealed record Sealed(string Name, byte[] Bytes)
{
    /// <summary>As it is announced.</summary>
    public object Announced => new { name = Name, size = Bytes.Length, sha256 = Convert.ToHexStringLower(SHA256.HashData(Bytes)) };

    /// <summary>The fingerprint of a snapshot in it.</summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Bytes))[..16];

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} of {Bytes.Length} bytes");
}
