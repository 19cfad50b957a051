using Akka.Actor;
using Akka.Hosting;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Notifications;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Users;

namespace HostAtlas.Engine.Cluster;

/// <summary>Binds every wire type to its room's serializer; nothing else leaves the process.</summary>
public static class Serializers
{
    /// <summary>Each room's name and table.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<WireType>> Rooms { get; } = new Dictionary<string, IReadOnlyList<WireType>>
    {
        ["engine"] = EngineSerializer.Table,
        ["teams"] = TeamSerializer.Table,
        ["users"] = UserSerializer.Table,
        ["servers"] = ServerSerializer.Table,
        ["projections"] = ProjectionSerializer.Table,
        ["backups"] = BackupSerializer.Table,
        ["notifications"] = NotificationSerializer.Table,
    };

    /// <summary>Adds the serializers, strictly: a type without a row is an error, not a guess.</summary>
    public static AkkaConfigurationBuilder WithSerializers(this AkkaConfigurationBuilder builder) => builder
        .WithCustomSerializer("engine", Types(EngineSerializer.Table), system => new EngineSerializer(system))
        .WithCustomSerializer("teams", Types(TeamSerializer.Table), system => new TeamSerializer(system))
        .WithCustomSerializer("users", Types(UserSerializer.Table), system => new UserSerializer(system))
        .WithCustomSerializer("servers", Types(ServerSerializer.Table), system => new ServerSerializer(system))
        .WithCustomSerializer("projections", Types(ProjectionSerializer.Table), system => new ProjectionSerializer(system))
        .WithCustomSerializer("sealed", SealedSerializer.Types, system => new SealedSerializer(system))
        .WithCustomSerializer("backups", Types(BackupSerializer.Table), system => new BackupSerializer(system))
        .WithCustomSerializer("notifications", Types(NotificationSerializer.Table), system => new NotificationSerializer(system))
        .WithStrictSerialization();

    private static IEnumerable<Type> Types(IReadOnlyList<WireType> table) => table.Select(type => type.Json.Type);
}
