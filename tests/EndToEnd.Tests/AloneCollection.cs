namespace HostAtlas.EndToEnd.Tests;

/// <summary>For tests that measure the platform's processor time or memory, or how fast it answers: nothing of this project runs beside
/// them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
#pragma warning disable CA1711 // It is what xUnit calls one.
public sealed class AloneCollection
#pragma warning restore CA1711
{
    /// <summary>What a test class names.</summary>
    public const string Name = "alone";
}
