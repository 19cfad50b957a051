using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Vault;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Backups;

/// <summary>Names, requests and states that the tests of backups share.</summary>
internal static class Runs
{
    public static readonly DateTimeOffset Now = Named.Noon;
    public static readonly BackupQuotas Unlimited = new(null, null);

    public static SnapshotId Id(string name) => Named.Id<SnapshotId>(name);

    public static ObjectName Name(string name, ObjectKind kind = ObjectKind.Pack) => new(kind, Named.Id<ObjectId>(name));

    /// <summary>The object of a run's snapshot.</summary>
    public static ObjectName Root(string run) => Name(run, ObjectKind.Snapshot);

    public static AnnouncedObject New(string name, long size = 100) => new(Name(name), size, Named.Bytes(name));

    public static BackupRequest Request(IBackupPayload payload, string signature = "signature") => new(
        Named.Id<TeamId>("team"), Named.Id<ServerId>("server"), new Guid(Named.Bytes(signature).AsSpan(16)), Named.Bytes(signature),
        Now.ToUnixTimeSeconds(), payload, "::ffff:192.0.2.9");

    public static BackupState Apply(this BackupState state, params IEnumerable<IEntityEvent> events) =>
        events.Aggregate(state, BackupState.Apply);

    /// <summary>A chain in which this run is open.</summary>
    public static BackupState Open(string run, BackupState? on = null) =>
        (on ?? BackupState.Nothing).Apply(new RunBegan(Id(run), on?.Head?.Snapshot, Now));

    /// <summary>The chain one commit on.</summary>
    public static BackupState Committed(string run, BackupState? on = null, long bytes = 1000, long newBytes = 1000)
    {
        var state = Open(run, on);
        return state.Apply(new SnapshotCommitted(
            Id(run), (on?.Head?.Number ?? 0) + 1, (on?.Head?.Generation ?? 0) + 1, Root(run), "0011223344556677", 3, bytes, newBytes, Now));
    }

    public static BackupState Suspect(BackupState on) => on.Apply(new ChainSuspected(SuspicionCause.RunVanished, Now));

    public static BackupState Frozen(BackupState on) => on.Apply(new ChainFrozen(FreezeCause.Person, on.Chain, Now, Named.Ada));

    public static VaultTicket Ticket(AnnouncedObject announced, DateTimeOffset until) =>
        new(announced.Name, "PUT", $"/vault/{announced.Name}", new Dictionary<string, string>(), until);

    public static IEnumerable<string> NamesOf(IEnumerable<IEntityEvent> events) => events.Select(happened => happened.GetType().Name);

    public static RefusalKind KindOf(BackupDecision decision) => Assert.IsType<Refused>(decision.Reply).Kind;
}
