using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Signing;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.EndToEnd.Tests;

/// <summary>A client that was made by hand, with a server's real token: whoever took over the host has no less.</summary>
internal sealed class HandMadeAgent(PlatformProcess platform, WatchedServer server) : IDisposable
{
    private readonly HttpClient _http = platform.NewHttpClient();
    private string? _folder;

    /// <summary>The newest snapshot that it committed.</summary>
    public string? Head { get; private set; }

    /// <summary>Objects that were acknowledged.</summary>
    public Dictionary<string, HandMadeObject> Kept { get; } = [];

    /// <summary>A fresh id.</summary>
    public static string NewId() => ResourceId.FromRandom<ObjectId>(RandomNumberGenerator.GetBytes(ResourceId.SizeBytes)).ToString();

    /// <summary>A fresh object.</summary>
    public static HandMadeObject NewObject(string folder = "packs") => new($"{folder}/{NewId()}", RandomNumberGenerator.GetBytes(5_000));

    /// <summary>Begins, sends and commits a run of one object; gives the answer of begin.</summary>
    public async Task<JsonElement> BackUpAsync()
    {
        var (run, root) = (NewId(), NewObject("snapshots"));
        var begun = await ExpectAsync(HttpStatusCode.OK, "begin", new { snapshot = run, parent = Head });
        Assert.Equal(HttpStatusCode.Created, await PutAsync(await TicketAsync(run, root), root));
        Kept[root.Name] = root;
        await ExpectAsync(HttpStatusCode.Created, "commit", new
        {
            snapshot = run,
            snapshotObject = root.Name,
            objects = 1,
            bytes = root.Bytes.Length,
            gate = new { state = "open", files = 100, changedFiles = 1 },
        });
        Head = run;
        return begun;
    }

    /// <summary>A ticket to put an object of a run.</summary>
    public async Task<string> TicketAsync(string run, HandMadeObject one)
    {
        var granted = await ExpectAsync(HttpStatusCode.OK, "uploads", new { snapshot = run, objects = new[] { one.Announced } });
        var url = granted.GetProperty("tickets")[0].GetProperty("url").GetString()!;
        _folder ??= new Uri(url).AbsolutePath.Split("/packs/")[0].Split("/snapshots/")[0];
        return url;
    }

    /// <summary>Puts an object by a ticket.</summary>
    public async Task<HttpStatusCode> PutAsync(string ticket, HandMadeObject one)
    {
        using var answer = await _http.PutAsync(new Uri(ticket), new ByteArrayContent(one.Bytes));
        return answer.StatusCode;
    }

    /// <summary>An object's bytes by a fresh ticket.</summary>
    public async Task<byte[]> DownloadAsync(string name)
    {
        var granted = await ExpectAsync(HttpStatusCode.OK, "downloads", new { objects = new[] { name } });
        return await _http.GetByteArrayAsync(new Uri(granted.GetProperty("tickets")[0].GetProperty("url").GetString()!));
    }

    /// <summary>Where the vault would keep it.</summary>
    public string PathOf(HandMadeObject one) => platform.Data + _folder + "/" + one.Name;

    /// <summary>Calls an endpoint that must answer so.</summary>
    public async Task<JsonElement> ExpectAsync(HttpStatusCode status, string endpoint, object members)
    {
        var body = JsonSerializer.SerializeToNode(members)!.AsObject();
        body["request"] = NewId();
        var (path, bytes) = ("/api/agent/backups/" + endpoint, JsonSerializer.SerializeToUtf8Bytes<JsonNode>(body));
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative));
        request.Content = new ByteArrayContent(bytes);
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + server.Token);
        request.Headers.Add("X-Timestamp", timestamp);
        request.Headers.Add("X-Signature", RequestSigning.Sign(server.Token, "POST", path, timestamp, bytes));
        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{endpoint}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();
}

/// <summary>Bytes that stand for a sealed object.</summary>
internal sealed record HandMadeObject(string Name, byte[] Bytes)
{
    /// <summary>As it is announced.</summary>
    public object Announced => new { name = Name, size = Bytes.Length, sha256 = Convert.ToHexStringLower(SHA256.HashData(Bytes)) };
}
