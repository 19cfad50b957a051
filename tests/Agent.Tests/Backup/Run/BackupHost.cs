using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Keys;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Restore;
using HostAtlas.Agent.Tests.CommandLine;
using HostAtlas.Agent.Tests.Platform;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Agent.Tests.Backup.Run;

/// <summary>A host with a token, a key and a tree to back up, and a platform for it.</summary>
internal sealed class BackupHost : IAsyncDisposable
{
    private static readonly string Token = TestTokens.Agent(1);

    private readonly TempFolder _copies = new();

    private BackupHost(AgentUnderTest agent, BackupPlatform platform) => (Agent, Platform) = (agent, platform);

    public AgentUnderTest Agent { get; }

    public BackupPlatform Platform { get; }

    /// <summary>The only root.</summary>
    public string Root => Agent.File("tree");

    public static async Task<BackupHost> StartAsync(string backup = "")
    {
        var authority = new TestAuthority();
        var host = new BackupHost(new AgentUnderTest(), await BackupPlatform.StartAsync(authority.Sign(), Token));
        await File.WriteAllTextAsync(host.Agent.File("ca.pem"), authority.Pem);
        Directory.CreateDirectory(host.Root);
        Directory.CreateDirectory(host.Agent.State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Copy(host.Agent.Secret("token", Token), Path.Combine(host.Agent.State, "token"));
        await host.ConfigureAsync(backup);
        Assert.Equal(0, await host.Agent.RunAsync(["key", "init", "--no-recovery"]));
        return host;
    }

    public Task ConfigureAsync(string backup) => File.WriteAllTextAsync(Agent.Config,
        $"url = \"{AgentToml.Origin(Platform.Url)}\"\nca = \"{Agent.File("ca.pem")}\"\ninterval = \"1s\"\n"
        + $"[backup]\nroots = [\"{Root}\"]\n{backup}\n");

    public string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>Waits until what was just written is older than a tick of the kernel's clock, so that it can count as unchanged.</summary>
    public static Task SettleAsync()
    {
        var started = TimeProvider.System.GetTimestamp();
        return Poll.UntilAsync("the clock to move on", TimeSpan.FromSeconds(10),
            () => Task.FromResult(TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromMilliseconds(100)));
    }

    public async Task BackupAsync(int expected = 0, params string[] more)
    {
        var code = await Agent.RunAsync(["backup", .. more]);
        Assert.True(code == expected, $"{code}: {Agent.Output} {Agent.Errors} {string.Join(", ", Platform.Faults)}");
        Assert.Empty(Platform.Faults);
    }

    /// <summary>The same as a process of its own.</summary>
    public ChildProcess StartBackup() => Start("backup");

    /// <summary>Any verb as a process of its own.</summary>
    public ChildProcess Start(params string[] verb) => ChildProcess.StartAssembly(
        "Agent", [.. verb, "--json", "--config", Agent.Config, "--state", Agent.State]);

    /// <summary>Opens every pack, and the newest snapshot.</summary>
    public async Task<ReadBack> ReadBackAsync()
    {
        var folder = _copies.File(Guid.CreateVersion7().ToString());
        Platform.CopyTo(folder);
        using var masters = new BackupKeyFile(Path.Combine(Agent.State, "backup.keys")).Read()!;
        using var ring = masters.Derive();
        return await ReadBack.OpenAsync(Platform, ring);
    }

    public async ValueTask DisposeAsync()
    {
        Agent.Dispose();
        _copies.Dispose();
        await Platform.DisposeAsync();
    }
}

/// <summary>A repository read by nothing but the format.</summary>
internal sealed class ReadBack : IChunkSource
{
    private readonly Dictionary<ChunkId, byte[]> _chunks = [];

    /// <summary>Chunks that lie in more than one pack.</summary>
    public List<ChunkId> Twice { get; } = [];

    /// <summary>Entries by path, "/" included; a file's content beside it.</summary>
    public Dictionary<string, (TreeEntry Entry, byte[] Content)> Entries { get; } = [];

    public SnapshotDocument Snapshot { get; private set; } = null!;

    public static async Task<ReadBack> OpenAsync(BackupPlatform platform, KeyRing ring)
    {
        var (read, opener) = (new ReadBack(), new ObjectOpener(ring));
        using var verifier = new PackVerifier(opener);
        using var compressor = new BlobCompressor();
        foreach (var (name, bytes) in platform.Objects.Where(found => found.Key.Kind == ObjectKind.Pack))
        {
            var plain = opener.Open(name, bytes).Plain;
            foreach (var entry in verifier.Verify(name, bytes))
            {
                var raw = new byte[entry.RawLength];
                Assert.True(compressor.TryRestore(entry.Codec, plain.AsSpan((int)entry.Offset, entry.StoredLength), raw));
                if (!read._chunks.TryAdd(entry.Id, raw)) read.Twice.Add(entry.Id);
            }
        }
        var head = platform.Chain[0];
        read.Snapshot = SnapshotObject.Open(opener, head.Snapshot, platform.Objects[head.SnapshotObject]);
        var named = new HashSet<ObjectId>();
        foreach (var index in read.Snapshot.Indexes.Select(id => new ObjectName(ObjectKind.Index, id)))
        {
            foreach (var (pack, _) in IndexTable.Read(index, opener.Open(index, platform.Objects[index]).Plain)) named.Add(pack);
        }
        await read.WalkAsync(read.Snapshot.Tree, "");
        return read;
    }

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(ChunkId id, CancellationToken cancellation) =>
        ValueTask.FromResult<ReadOnlyMemory<byte>>(_chunks[id]);

    private async Task WalkAsync(Reference subtree, string path)
    {
        await foreach (var entry in TreeReader.ReadAsync(subtree, this))
        {
            var below = $"{path}/{TreeNames.Display(entry.Name.Span)}";
            Entries[below] = (entry, entry.Chunks is { } chunks ? await ContentAsync(chunks) : []);
            if (entry.Subtree is { } children) await WalkAsync(children, below);
        }
    }

    private async Task<byte[]> ContentAsync(Reference chunks)
    {
        using var content = new MemoryStream();
        await foreach (var id in ReferenceReader.ReadAsync(chunks, this)) content.Write(_chunks[id]);
        return content.ToArray();
    }
}
