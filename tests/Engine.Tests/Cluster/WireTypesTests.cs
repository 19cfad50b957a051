using System.Text;
using Akka.Actor;
using Akka.Hosting;
using Akka.Serialization;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Notifications;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Users;
using HostAtlas.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HostAtlas.Engine.Tests.Cluster;

/// <summary>
/// All wire types: serializer, manifest, round trip, and bytes that never change. What a journal holds is read for ever, and during an
/// upgrade two versions talk to each other; a changed golden file is therefore a new manifest, never an edit.
/// </summary>
public sealed class WireTypesTests : IAsyncLifetime
{
    private static readonly Dictionary<string, int> Identifiers = new()
    {
        ["engine"] = 5100,
        ["teams"] = 5101,
        ["users"] = 5102,
        ["servers"] = 5103,
        ["projections"] = 5104,
        ["backups"] = 5106,
        ["notifications"] = 5107,
    };

    private readonly IHost _host;

    public WireTypesTests()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddAkka("wire", akka => akka.WithSerializers());
        _host = builder.Build();
    }

    public static TheoryData<string> Rooms => [.. Serializers.Rooms.Keys];

    private Serialization Serialization => _host.Services.GetRequiredService<ActorSystem>().Serialization;

    public Task InitializeAsync() => _host.StartAsync();

    public async Task DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    [Fact]
    public void Every_command_event_and_reply_has_a_row()
    {
        var rows = Serializers.Rooms.Values.SelectMany(table => table).Select(row => row.Json.Type).ToHashSet();
        Type[] contracts =
        [
            typeof(IEntityEvent), typeof(IEngineReply),
            typeof(ITeamCommand), typeof(IUserCommand), typeof(IServerCommand), typeof(IProjectionCommand),
            typeof(IBackupCommand), typeof(INotificationCommand),
        ];
        var without = typeof(EngineClient).Assembly.GetTypes()
            .Where(type => type is { IsAbstract: false, IsInterface: false } && contracts.Any(contract => contract.IsAssignableFrom(type)))
            .Where(type => !rows.Contains(type))
            .Select(type => type.FullName);
        Assert.Empty(without);
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Every_row_has_a_sample_and_every_sample_a_row(string room) => Assert.Equal(
        Serializers.Rooms[room].Select(row => row.Manifest).Order(StringComparer.Ordinal),
        WireSamples.Of(room).Keys.Select(ManifestOf).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Every_sample_goes_to_its_rooms_serializer_under_its_manifest(string room)
    {
        foreach (var (name, sample) in WireSamples.Of(room))
        {
            var serializer = Assert.IsAssignableFrom<SerializerWithStringManifest>(Serialization.FindSerializerFor(sample));
            Assert.Equal((Identifiers[room], ManifestOf(name)), (serializer.Identifier, serializer.Manifest(sample)));
        }
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void The_bytes_of_every_sample_are_those_of_its_golden_file(string room)
    {
        foreach (var (name, sample) in WireSamples.Of(room))
        {
            var file = Repository.Vector("serialization", room, $"{name}.json");
            var bytes = Encoding.UTF8.GetString(Serialization.Serialize(sample));
            Assert.True(File.Exists(file),
                $"{room}/{name}.json is not there. If the type is new, keep this as its file (no newline):\n{bytes}");
            Assert.Equal(File.ReadAllText(file), bytes);
        }
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Every_golden_file_reads_back_as_what_was_written(string room)
    {
        var files = Directory.GetFiles(Repository.Vector("serialization", room));
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var read = Serialization.Deserialize(File.ReadAllBytes(file), Identifiers[room], ManifestOf(name));
            Assert.Equivalent(WireSamples.Of(room)[name], read, strict: true);
            Assert.Equal(File.ReadAllBytes(file), Serialization.Serialize(read));
        }
    }

    [Fact]
    public void A_type_without_a_row_does_not_leave_the_process() =>
        Assert.ThrowsAny<Exception>(() => Serialization.FindSerializerFor(new WithoutRow("never sent")));

    [Fact]
    public void A_manifest_of_a_later_version_is_an_error_and_not_a_guess() =>
        Assert.Throws<System.Runtime.Serialization.SerializationException>(
            () => Serialization.Deserialize("{}"u8.ToArray(), 5101, "founded.2"));

    private static string ManifestOf(string name) => name.Split('~')[0];

    private sealed record WithoutRow(string Text);
}
