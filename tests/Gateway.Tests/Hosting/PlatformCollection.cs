namespace HostAtlas.Gateway.Tests.Hosting;

/// <summary>The tests that share one running platform: its start is the dear part of them.</summary>
[CollectionDefinition(nameof(PlatformCollection))]
public sealed class PlatformCollection : ICollectionFixture<TestPlatform>;
