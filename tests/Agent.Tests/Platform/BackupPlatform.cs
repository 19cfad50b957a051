using System.Collections.Concurrent;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Signing;
using HostAtlas.Shared.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Agent.Tests.Platform;

/// <summary>
/// A real HTTPS server that keeps the backup part of the protocol for one server: chain, tickets, a write-once vault in memory. Strict: a
/// name that is announced twice with other bytes, a commit that does not fit, an object that is sent twice are recorded as faults.
/// </summary>
internal sealed class BackupPlatform : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _token;
    private readonly Lock _lock = new();
    private readonly Dictionary<SnapshotId, Dictionary<ObjectName, long>> _runs = [];
    private readonly Dictionary<ObjectName, UploadObject> _announced = [];
    private readonly List<SnapshotItem> _chain = [];

    private BackupPlatform(WebApplication app, string token) => (_app, _token) = (app, token);

    public Uri Url { get; private set; } = null!;

    /// <summary>The vault.</summary>
    public ConcurrentDictionary<ObjectName, byte[]> Objects { get; } = new();

    /// <summary>The chain, the newest first.</summary>
    public IReadOnlyList<SnapshotItem> Chain
    {
        get
        {
            lock (_lock) return [.. _chain];
        }
    }

    /// <summary>What an agent must never do.</summary>
    public ConcurrentQueue<string> Faults { get; } = new();

    /// <summary>Bodies of all requests but puts.</summary>
    public ConcurrentQueue<byte[]> Bodies { get; } = new();

    /// <summary>Names of puts that began.</summary>
    public ConcurrentQueue<ObjectName> Puts { get; } = new();

    /// <summary>Answers to give instead, asked for every request: path, method.</summary>
    public Func<HttpContext, Task<bool>>? Script { get; set; }

    /// <summary>The chain is frozen: nothing is taken. A commit without a snapshot freezes it.</summary>
    public bool IsFrozen { get; set; }

    /// <summary>Commits of a server that is still learned.</summary>
    public int LearningRuns { get; set; }

    /// <summary>What begin says of the chain.</summary>
    public string ChainState { get; set; } = "open";

    /// <summary>What begin says of the epoch.</summary>
    public string Epoch { get; set; } = "same";

    /// <summary>What begin says is accepted.</summary>
    public IReadOnlyList<AcceptedHit> Accepted { get; set; } = [];

    /// <summary>What was told of drills.</summary>
    public ConcurrentQueue<BackupDrill> Drills { get; } = new();

    /// <summary>What begin was told of canaries.</summary>
    public ConcurrentQueue<CanaryReport> Canaries { get; } = new();

    /// <summary>The evidence of each commit, also of one that froze.</summary>
    public ConcurrentQueue<GateEvidence> Evidence { get; } = new();

    /// <summary>A platform that tells the list in another order than the protocol says.</summary>
    public bool ListsOldestFirst { get; set; }

    /// <summary>Takes a ticket's address as it is given out, and gives another.</summary>
    public Func<string, string> Address { get; set; } = address => address;

    /// <summary>Headers of the tickets.</summary>
    public Dictionary<string, string> TicketHeaders { get; } = [];

    public static async Task<BackupPlatform> StartAsync(X509Certificate2 certificate, string token)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = ObjectName.ObjectMaxBytes;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                https.SslProtocols = SslProtocols.Tls13;
            }));
        });
        var app = builder.Build();
        var platform = new BackupPlatform(app, token);
        app.Run(platform.AnswerAsync);
        await app.StartAsync();
        platform.Url = new Uri(app.Urls.Single());
        return platform;
    }

    /// <summary>The objects that a snapshot needs.</summary>
    public IReadOnlySet<ObjectName> NeededBy(SnapshotId snapshot)
    {
        lock (_lock) return _runs[snapshot].Keys.ToHashSet();
    }

    /// <summary>A snapshot is not kept any more.</summary>
    public void Expire(SnapshotId snapshot)
    {
        lock (_lock) _chain.RemoveAll(item => item.Snapshot == snapshot);
    }

    /// <summary>Deletes what no snapshot of the chain needs, those of runs that never committed included.</summary>
    public void DeleteUnneeded()
    {
        var needed = Chain.SelectMany(item => NeededBy(item.Snapshot)).ToHashSet();
        foreach (var name in Objects.Keys.Where(name => !needed.Contains(name))) Objects.Remove(name, out _);
    }

    /// <summary>Writes the vault as a plain copy that the reader of the format can open.</summary>
    public void CopyTo(string folder)
    {
        foreach (var (name, bytes) in Objects)
        {
            var path = Path.Combine(folder, name.ToString());
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, bytes);
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (Script is { } script && await script(context)) return;
        var path = context.Request.Path.Value!;
        if (path.StartsWith("/vault/", StringComparison.Ordinal)) await VaultAsync(context, path["/vault/".Length..]);
        else await ApiAsync(context, path);
    }

    private async Task ApiAsync(HttpContext context, string path)
    {
        using var raw = new MemoryStream();
        await context.Request.Body.CopyToAsync(raw);
        var body = raw.ToArray();
        Bodies.Enqueue(body);
        var signature = RequestSigning.Sign(_token, "POST", path, context.Request.Headers["X-Timestamp"].ToString(), body);
        if (context.Request.Headers.Authorization != "Bearer " + _token || context.Request.Headers["X-Signature"] != signature)
        {
            Faults.Enqueue($"{path}: not signed as it should be");
            await TestPlatform.ProblemAsync(context, 401, ProblemSlug.CredentialsRejected);
            return;
        }
        switch (path)
        {
            case "/api/agent/backups/list":
                await WriteAsync(
                    context, 200, new BackupList(ListsOldestFirst ? [.. Chain.Reverse()] : Chain), WireJson.Default.BackupList);
                break;
            case "/api/agent/backups/begin":
                await BeginAsync(context, Read(body, WireJson.Default.BackupBegin));
                break;
            case "/api/agent/backups/uploads":
                await UploadsAsync(context, Read(body, WireJson.Default.BackupUploads));
                break;
            case "/api/agent/backups/commit":
                await CommitAsync(context, Read(body, WireJson.Default.BackupCommit));
                break;
            case "/api/agent/backups/drill":
                Drills.Enqueue(Read(body, WireJson.Default.BackupDrill));
                context.Response.StatusCode = 202;
                await context.Response.WriteAsJsonAsync(new object());
                break;
            case "/api/agent/backups/downloads":
                await DownloadsAsync(context, Read(body, WireJson.Default.BackupDownloads));
                break;
            default:
                await TestPlatform.ProblemAsync(context, 404, ProblemSlug.NotFound);
                break;
        }
    }

    private async Task BeginAsync(HttpContext context, BackupBegin begin)
    {
        bool fits;
        if (begin.Canaries is { } told)
        {
            var canaries = told.Deserialize(WireJson.Default.CanaryReport)!;
            Canaries.Enqueue(canaries);
            IsFrozen |= canaries.Changed.Count > 0;
        }
        if (IsFrozen)
        {
            await TestPlatform.ProblemAsync(context, 423, ProblemSlug.BackupsFrozen);
            return;
        }
        lock (_lock)
        {
            fits = begin.Parent == (_chain.Count == 0 ? null : _chain[0].Snapshot);
            if (fits) _runs.TryAdd(begin.Snapshot, []);
        }
        if (fits) await WriteAsync(context, 200, new BackupProceeds("proceed", ChainState, Chain.Count < LearningRuns, Epoch, Accepted),
            WireJson.Default.BackupProceeds);
        else await TestPlatform.ProblemAsync(context, 409, ProblemSlug.Conflict);
    }

    private async Task UploadsAsync(HttpContext context, BackupUploads uploads)
    {
        var (tickets, present, gone) = (new List<ObjectTicket>(), new List<ObjectName>(), new List<ObjectName>());
        lock (_lock)
        {
            var run = _runs[uploads.Snapshot];
            foreach (var announced in uploads.Objects)
            {
                if (_announced.TryGetValue(announced.Name, out var before) && before != announced) Faults.Enqueue($"{announced.Name} "
                    + $"changed");
                _announced[announced.Name] = announced;
                run[announced.Name] = announced.Size;
                if (Objects.ContainsKey(announced.Name)) present.Add(announced.Name);
                else tickets.Add(Ticket(announced.Name, "PUT"));
            }
            foreach (var name in uploads.Reused)
            {
                var has = Objects.TryGetValue(name, out var bytes);
                (has ? present : gone).Add(name);
                if (has) run[name] = bytes!.Length;
            }
        }
        await WriteAsync(context, 200, new UploadsAnswer(tickets, present, gone, []), WireJson.Default.UploadsAnswer);
    }

    private async Task CommitAsync(HttpContext context, BackupCommit commit)
    {
        BackupCommitted? committed = null;
        if (GateEvidenceForm.TryRead(System.Text.Encoding.UTF8.GetBytes(commit.Gate?.GetRawText() ?? "")) is { } evidence)
            Evidence.Enqueue(evidence);
        else Faults.Enqueue("commit carries no evidence that a platform could read");
        if (commit.SnapshotObject is null)
        {
            if (commit.Objects + commit.Bytes > 0) Faults.Enqueue("a commit of nothing counts objects");
            IsFrozen = true;
            await TestPlatform.ProblemAsync(context, 423, ProblemSlug.BackupsFrozen);
            return;
        }
        lock (_lock)
        {
            var run = _runs[commit.Snapshot];
            var name = commit.SnapshotObject!.Value;
            if (run.Count != commit.Objects || run.Values.Sum() != commit.Bytes)
                Faults.Enqueue($"commit says {commit.Objects} objects of {commit.Bytes} bytes, announced were {run.Count} of "
                    + $"{run.Values.Sum()}");
            else if (run.Keys.All(Objects.ContainsKey))
            {
                var fingerprint = Convert.ToHexStringLower(SHA256.HashData(Objects[name]).AsSpan(0, 8));
                committed = new BackupCommitted(commit.Snapshot, _chain.Count + 1, fingerprint);
                if (_chain.All(item => item.Snapshot != commit.Snapshot))
                    _chain.Insert(0, new SnapshotItem(commit.Snapshot, _chain.Count + 1, fingerprint, 0, name, commit.Bytes));
            }
        }
        if (committed is null) await TestPlatform.ProblemAsync(context, 409, ProblemSlug.ObjectMissing);
        else await WriteAsync(context, 201, committed, WireJson.Default.BackupCommitted);
    }

    private async Task DownloadsAsync(HttpContext context, BackupDownloads downloads) => await WriteAsync(context, 200, new DownloadsAnswer(
        [.. downloads.Objects.Where(Objects.ContainsKey).Select(name => Ticket(name, "GET"))],
        [.. downloads.Objects.Where(name => !Objects.ContainsKey(name))]), WireJson.Default.DownloadsAnswer);

    private ObjectTicket Ticket(ObjectName name, string method) => new(name, method, Address(new Uri(Url, $"/vault/{name}").ToString()),
        TicketHeaders, TimeProvider.System.GetUtcNow().AddMinutes(15));

    private async Task VaultAsync(HttpContext context, string text)
    {
        if (!ObjectName.TryParse(text, out var name)) throw new InvalidOperationException(text);
        if (context.Request.Headers.Authorization.Count > 0) Faults.Enqueue("a credential went to the vault");
        if (HttpMethods.IsPut(context.Request.Method))
        {
            Puts.Enqueue(name);
            using var raw = new MemoryStream();
            await context.Request.Body.CopyToAsync(raw);
            var bytes = raw.ToArray();
            var announced = _announced[name];
            if (bytes.Length != announced.Size || Convert.ToHexStringLower(SHA256.HashData(bytes)) != announced.Sha256)
                context.Response.StatusCode = 422;
            else if (Objects.TryAdd(name, bytes)) context.Response.StatusCode = 201;
            else
            {
                Faults.Enqueue($"{name} was sent twice");
                context.Response.StatusCode = 409;
            }
            return;
        }
        if (!Objects.TryGetValue(name, out var found))
        {
            context.Response.StatusCode = 404;
            return;
        }
        await Results.Bytes(found, "application/octet-stream", enableRangeProcessing: true).ExecuteAsync(context);
    }

    private static T Read<T>(byte[] body, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(body, type)!;

    private static async Task WriteAsync<T>(HttpContext context, int status, T answer, JsonTypeInfo<T> type)
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(answer, type);
    }
}
