using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Tests.Vault;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using static HostAtlas.Engine.Tests.Backups.Runs;

namespace HostAtlas.Engine.Tests.Backups;

/// <summary>A run as an agent keeps book of it: it counts what it was told is there or announced as new.</summary>
internal sealed class AgentsRun(ChainUnderTest chain, string name)
{
    private readonly Dictionary<ObjectName, long> _needed = [];

    public SnapshotId Id { get; } = Id(name);

    public List<AnnouncedObject> Needed { get; } = [];

    /// <summary>The names it counts.</summary>
    public IEnumerable<ObjectName> Counted => _needed.Keys;

    public bool CommittedBefore { get; set; }

    public static byte[] BytesOf(ObjectName name) => Sealed.Object(name.ToString(), 100 + (name.Id.Value.GetHashCode() & 63));

    public static AnnouncedObject Announced(ObjectName name)
    {
        var form = Sealed.FormOf(BytesOf(name));
        return new AnnouncedObject(name, form.Size, form.Sha256);
    }

    public BeginPayload Begin() => new(Id, chain.State.Run(Id) is { } open ? open.Parent : chain.State.Head?.Snapshot, null);

    public async Task AnnounceAsync(AnnouncedObject announced, bool killed = false)
    {
        var reply = await chain.DoAsync(new UploadsPayload(Id, [announced], []), killed);
        // An agent that was not answered sends it again before it goes on.
        if (reply is null) reply = await chain.DoAsync(new UploadsPayload(Id, [announced], []));
        if (reply is UploadsGranted) _needed[announced.Name] = announced.Size;
    }

    public async Task ReuseAsync(ObjectName reused, bool killed = false)
    {
        var reply = await chain.DoAsync(new UploadsPayload(Id, [], [reused]), killed);
        if (reply is null) reply = await chain.DoAsync(new UploadsPayload(Id, [], [reused]));
        if (reply is UploadsGranted { Present: [var there] }) _needed[there] = BytesOf(there).Length;
    }

    public CommitPayload Commit(int extra = 0) => new(
        Id, _needed.Keys.Where(needed => needed.Kind == ObjectKind.Snapshot).Cast<ObjectName?>().FirstOrDefault() ?? Root(name),
        _needed.Count + extra, _needed.Values.Sum(), "{}"u8.ToArray());

    /// <summary>Begins, announces and puts so many objects, the snapshot's among them.</summary>
    public async Task WholeAsync(int objects, string? schedule = null)
    {
        await chain.DoAsync(Begin() with { Schedule = schedule });
        for (var i = 0; i < objects; i++)
        {
            var announced = Announced(i == 0 ? Root(name) : Name($"{name} {i}"));
            Needed.Add(announced);
            await AnnounceAsync(announced);
            await chain.PutAsync(announced.Name, BytesOf(announced.Name));
        }
    }
}
