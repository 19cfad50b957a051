using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Hosting;
using Akka.Serialization;
using HostAtlas.Engine.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HostAtlas.Engine.Tests.Cluster;

/// <summary>The journal's own wire types: raw bytes under two manifests, for ever.</summary>
public sealed class SealedSerializerTests : IAsyncLifetime
{
    private readonly IHost _host;

    public SealedSerializerTests()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddAkka("wire", akka => akka.WithSerializers());
        _host = builder.Build();
    }

    public static TheoryData<object, string> Samples => new()
    {
        { new SealedEvent([1, 2, 3]), "event.1" },
        { new SealedSnapshot([1, 2, 3]), "snapshot.1" },
    };

    private Serialization Serialization => _host.Services.GetRequiredService<ActorSystem>().Serialization;

    public Task InitializeAsync() => _host.StartAsync();

    public async Task DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Sealed_bytes_lie_in_the_table_as_they_are(object sample, string manifest)
    {
        var serializer = Assert.IsType<SealedSerializer>(Serialization.FindSerializerFor(sample));
        Assert.Equal((5105, manifest), (serializer.Identifier, serializer.Manifest(sample)));
        Assert.Equal([1, 2, 3], Serialization.Serialize(sample));
        Assert.Equivalent(sample, Serialization.Deserialize([1, 2, 3], 5105, manifest), strict: true);
    }

    [Fact]
    public void Another_manifest_is_an_error() =>
        Assert.Throws<SerializationException>(() => Serialization.Deserialize([1], 5105, "event.2"));
}
