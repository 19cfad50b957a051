using System.Net;
using System.Text.Json;
using HostAtlas.EndToEnd.Tests.Cluster;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Databases;
using HostAtlas.TestSupport.ObjectStores;
using HostAtlas.TestSupport.Processes;
using Npgsql;
using static HostAtlas.EndToEnd.Tests.Ending;

namespace HostAtlas.EndToEnd.Tests.Retention;

/// <summary>
/// What expires, from a real agent's backup to the last byte of it in a real bucket: engine and gateway in processes of their own, on
/// PostgreSQL and S3, killed in the middle of two steps. Only the years are not real: rows are made older by hand.
/// </summary>
public sealed class ExpiryTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TempFolder _folder = new();
    private BucketUnderTest _bucket = null!;
    private SecondProcess _platform = null!;
    private Founder _founder = null!;
    private WatchedServer _server = null!;
    private AgentProcess _agent = null!;

    private string Tree => _folder.File("tree");

    private PostgresDatabaseUnderTest Database => _platform.Engine.Database!;

    private string Prefix => $"{_founder.TeamId}/{_server.Id}/";

    public async Task InitializeAsync()
    {
        _bucket = await BucketUnderTest.MakeAsync();
        // A policy that lets copies through: the platform leaves it as it is, and lets no agent near the bucket.
        await _bucket.SetPolicyAsync();
        _platform = await SecondProcess.StartAsync(PlatformStore.Postgresql, await _bucket.ConfigurationAsync(_folder.File("keys")));
        _founder = await Founder.FoundAsync(_platform.Engine);
        _server = await _founder.AddServerAsync("kept");
        _agent = new AgentProcess(_platform.Gateway);
    }

    public async Task DisposeAsync()
    {
        await _agent.DisposeAsync();
        _founder.Dispose();
        await _platform.DisposeAsync();
        _bucket.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_expires_leaves_the_bucket_with_its_reason_and_what_is_kept_restores_whenever_the_platform_was_killed()
    {
        await ThreeSnapshotsAsync();
        await _bucket.KeepVersionsAsync();
        await AgeAsync("update hostatlas.backup_snapshots set at_ms = at_ms - 40 * 86400000::bigint where number < 3");
        var everything = await BucketAsync();

        // The tables know of an expiry that the journal never heard of: nothing has expired.
        await using (await LockAsync("lock table journal.journal in share mode"))
        {
            await KilledAsync(() => CountAsync("select count(*) from hostatlas.backup_snapshots where expired_by is not null", 2));
        }
        Assert.Equal((2, 0), Of(await SweepAsync("--dry-run"), "expiredSnapshots", "deletedObjects"));
        Assert.All(await SnapshotsAsync(), snapshot => Assert.Equal(JsonValueKind.Null, snapshot.GetProperty("expiredAt").ValueKind));

        var swept = await SweepAsync();
        var (expired, noticed) = Of(swept, "expiredSnapshots", "noticedObjects");
        Assert.Equal(2, expired);
        Assert.True(noticed > 3, $"{noticed} objects");
        Assert.Equal((0, 0), Of(await SweepAsync(), "noticedObjects", "markedObjects"));
        var going = await RowsAsync("where noticed_by is not null");
        Assert.Equal(noticed, going.Count);
        Assert.Equal(everything, await BucketAsync());
        var kept = new SortedSet<string>(everything.Except(going));

        // What waits could still be had back.
        await AgeAsync("update hostatlas.backup_objects set noticed_at_ms = noticed_at_ms - 7 * 86400000::bigint");
        Assert.Equal((noticed, 0), Of(await SweepAsync("--dry-run"), "markedObjects", "deletedObjects"));
        Assert.Equal(3, (await SnapshotsAsync()).Count);
        Assert.Equal(everything, await BucketAsync());

        // Deleted in the bucket, and neither table nor journal was told.
        await using (await LockAsync("""
            select 1 from hostatlas.backup_needs n join hostatlas.backup_objects o using (team, server, kind, object)
            where o.noticed_by is not null and n.snapshot in (select snapshot from hostatlas.backup_snapshots) for update of n
            """))
        {
            await KilledAsync(async () => (await BucketAsync()).SetEquals(kept));
        }
        Assert.Equal((noticed, 0), Of(await SweepAsync(), "deletedObjects", "markedObjects"));
        Assert.Equal(kept, await BucketAsync());
        Assert.Equal(kept, await RowsAsync());
        await EverythingIsToldAndComesBackAsync(noticed);
        Assert.Equal((0, 0), Of(await SweepAsync(), "deletedObjects", "noticedObjects"));
    }

    /// <summary>Of three, the second brings a file that the third has no more. Only the newest is to stay.</summary>
    private async Task ThreeSnapshotsAsync()
    {
        Directory.CreateDirectory(Tree);
        for (var i = 0; i < 4; i++) await File.WriteAllBytesAsync(Path.Combine(Tree, $"{i}"), OrdinaryBytes.Draw(400_000));
        await _agent.ConfigureAsync($"[backup]\nroots = [\"{Tree}\"]\n");
        Succeeded(await _agent.EnrolAsync(_server.Token));
        Succeeded(await _agent.RunVerbAsync("key", "init", "--no-recovery"));

        // The bucket lets copies through, so objects go through the gateway's own process, and no origin has to be named for it.
        await UploadsAsync("gateway", "copy another object: LET THROUGH");
        Succeeded(await _agent.RunVerbAsync("backup"));

        await _bucket.DeletePolicyAsync();
        await _platform.Engine.KillAsync();
        await StartAgainAsync();
        await UploadsAsync("direct", "copy another object: refused");
        await File.WriteAllBytesAsync(Path.Combine(Tree, "passing"), OrdinaryBytes.Draw(300_000));
        await OriginIsNamedAsync();
        Succeeded(await _agent.RunVerbAsync("backup"));
        File.Delete(Path.Combine(Tree, "passing"));
        Succeeded(await _agent.RunVerbAsync("backup"));
        foreach (var folder in (string[])[_platform.Engine.Data, _platform.Gateway.Data])
            Assert.False(Directory.Exists(Path.Combine(folder, "vault")));

        using var person = _platform.PersonAtEngine();
        using var chosen = await person.SendAsync(HttpMethod.Put, $"/api/servers/{_server.Id}/backups/retention", _founder.Cookie,
            body: """{"last": 1, "daily": 0, "weekly": 0, "monthly": 0, "yearly": 0, "floorDays": 30}""");
        Assert.Equal(HttpStatusCode.OK, chosen.StatusCode);
    }

    /// <summary>Nothing goes where the host's own configuration does not lead, and the refusal says what to write there.</summary>
    private async Task OriginIsNamedAsync()
    {
        var (s3, authorities) = (await S3Server.SharedAsync(), _folder.File("authorities.pem"));
        var origin = s3.Endpoint.GetLeftPart(UriPartial.Authority);
        var refused = await _agent.RunVerbAsync("backup");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"it leads to {origin}", refused.LastWords, StringComparison.Ordinal);
        Assert.Contains("vault_origins", (await _agent.RunVerbAsync("status")).Output, StringComparison.Ordinal);
        using var team = await _founder.GetAsync("/api/team");
        var vault = team.RootElement.GetProperty("vault");
        Assert.Equal((s3.Region, "direct"), (vault.GetProperty("region").GetString(), vault.GetProperty("uploads").GetString()));

        await File.WriteAllTextAsync(authorities,
            await File.ReadAllTextAsync(Path.Combine(_platform.Gateway.Data, "ca.pem")) + await File.ReadAllTextAsync(s3.CaFile));
        await File.WriteAllTextAsync(_agent.Config, $"""
            url = "{_platform.Gateway.Url.ToString().TrimEnd('/')}"
            ca = "{authorities}"
            vault_origins = ["{origin}"]
            [backup]
            roots = ["{Tree}"]
            """);
    }

    private async Task EverythingIsToldAndComesBackAsync(int gone)
    {
        var snapshot = Assert.Single(await SnapshotsAsync());
        // The log is told from the journal, a moment behind it.
        var entries = await Poll.ForAsync("the audit log to tell of the end", Patience, async () =>
        {
            var log = await _founder.GetAsync("/api/audit?limit=100");
            var told = log.RootElement.GetProperty("items").EnumerateArray().ToLookup(
                entry => entry.GetProperty("action").GetString()!, entry => entry.GetProperty("after"));
            return told.Contains("backups.objects-deleted") ? told : null;
        });
        var expired = Assert.Single(entries["backups.snapshots-expired"]).GetProperty("snapshots").EnumerateArray().ToList();
        Assert.Equal(["beyond-counts", "beyond-counts"], expired.Select(one => one.GetProperty("reason").GetString()));
        Assert.DoesNotContain(snapshot.GetProperty("snapshot").GetString(), expired.Select(one => one.GetProperty("snapshot").GetString()));
        foreach (var action in (string[])["backups.deletion-announced", "backups.deletion-decided", "backups.objects-deleted"])
        {
            var told = Assert.Single(entries[action]);
            Assert.Equal((gone, "no-snapshot-needs-them"),
                (told.GetProperty("objects").GetInt32(), told.GetProperty("reason").GetString()));
        }

        Succeeded(await _agent.RunVerbAsync("verify", "--read-data"));
        Succeeded(await _agent.RunVerbAsync("restore", "latest", "--to", _folder.File("back")));
        await TreesAlike.CompareAsync(Tree, _folder.File("back") + Tree);
    }

    private Task UploadsAsync(string way, string because) => Poll.UntilAsync($"uploads to be {way}", Patience, async () =>
    {
        var told = await _platform.Engine.OpsAsync("vault", "show");
        return told.Contains($"Uploads:  {way}\n", StringComparison.Ordinal) && told.Contains(because, StringComparison.Ordinal);
    });

    /// <summary>Sweeps until something is so, and then kills the engine, which a lock keeps from going on.</summary>
    private async Task KilledAsync(Func<Task<bool>> isReached)
    {
        var sweeping = Record.ExceptionAsync(() => _platform.Engine.OpsAsync("retention", "run"));
        await Poll.UntilAsync("the sweep to come to its lock", Patience, isReached);
        await _platform.Engine.KillAsync();
        await sweeping;
        await StartAgainAsync();
    }

    private async Task StartAgainAsync()
    {
        await _platform.Engine.StartAgainAsync();
        using var person = _platform.PersonAtGateway();
        await Poll.UntilAsync("the gateway to find its engine again", Patience, async () =>
            await person.StatusAsync(HttpMethod.Get, "/api/servers", _founder.Cookie) == HttpStatusCode.OK);
    }

    private async Task<JsonElement> SweepAsync(params string[] options)
    {
        var told = await _platform.Engine.OpsAsync(["retention", "run", "--json", .. options]);
        var tally = JsonDocument.Parse(told).RootElement;
        Assert.False(tally.TryGetProperty("fault", out _), told);
        return tally;
    }

    private static (int First, int Second) Of(JsonElement tally, string first, string second) =>
        (tally.GetProperty(first).GetInt32(), tally.GetProperty(second).GetInt32());

    private async Task<List<JsonElement>> SnapshotsAsync()
    {
        var shown = await _founder.GetAsync($"/api/servers/{_server.Id}/backups");
        return [.. shown.RootElement.GetProperty("items").EnumerateArray()];
    }

    private Task<SortedSet<string>> BucketAsync() => _bucket.ContentAsync(Prefix);

    private async Task<SortedSet<string>> RowsAsync(string where = "")
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(
            $"select (array['packs', 'indexes', 'snapshots'])[kind] || '/' || object from hostatlas.backup_objects {where}", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var names = new SortedSet<string>();
        while (await reader.ReadAsync()) names.Add(reader.GetString(0));
        return names;
    }

    private Task AgeAsync(string statement) => Database.ExecuteAsync(statement);

    private async Task<bool> CountAsync(string question, long expected)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(question, connection);
        return (long)(await command.ExecuteScalarAsync())! == expected;
    }

    /// <summary>Holds a lock until it is disposed of.</summary>
    private async Task<IAsyncDisposable> LockAsync(string statement)
    {
        var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand($"begin; {statement}", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(Database.SuperuserConnection);
        await connection.OpenAsync();
        return connection;
    }
}
