using System.Text.Json;
using System.Text.Json.Serialization;
using Akka.Actor;
using HostAtlas.Engine.Cluster;

namespace HostAtlas.Engine.Users;

/// <summary>Everything of this room that leaves a process or lies in the journal.</summary>
public sealed class UserSerializer(ExtendedActorSystem system) : RoomSerializer(system, Id, Table)
{
    /// <summary>Its number, in journals and on the wire for ever.</summary>
    public const int Id = 5102;

    /// <summary>Manifest and type, one row each.</summary>
    public static IReadOnlyList<WireType> Table { get; } =
    [
        new("registered.1", UserJson.Default.UserRegistered),
        new("membership-noted.1", UserJson.Default.MembershipNoted),
        new("membership-forgotten.1", UserJson.Default.MembershipForgotten),
        new("state.1", UserJson.Default.UserState),
        new("c-register.1", UserJson.Default.RegisterUser),
        new("c-note-membership.1", UserJson.Default.NoteMembership),
        new("c-forget-membership.1", UserJson.Default.ForgetMembership),
        new("c-find.1", UserJson.Default.FindUser),
        new("r-known.1", UserJson.Default.UserKnown),
    ];
}

/// <summary>Source-generated JSON of the room.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(UserRegistered))]
[JsonSerializable(typeof(MembershipNoted))]
[JsonSerializable(typeof(MembershipForgotten))]
[JsonSerializable(typeof(UserState))]
[JsonSerializable(typeof(RegisterUser))]
[JsonSerializable(typeof(NoteMembership))]
[JsonSerializable(typeof(ForgetMembership))]
[JsonSerializable(typeof(FindUser))]
[JsonSerializable(typeof(UserKnown))]
internal sealed partial class UserJson : JsonSerializerContext;
