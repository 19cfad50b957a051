using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Tests.Storage.Sealing;

namespace HostAtlas.Engine.Tests;

/// <summary>
/// Seals without a database, one set for all tests that need no other: what one test's journal seals is opened by its reader.
/// </summary>
internal static class TestSeals
{
    private static readonly RootKeys Roots = new(Named.Bytes("root of tests"));

    /// <summary>The teams' seals.</summary>
    public static readonly TeamSeals Teams = new(new MemoryKeyStore(), Roots, TimeProvider.System);

    /// <summary>The journal's.</summary>
    public static readonly JournalSeal Journal = new(Teams, new PlatformSeal(Roots));
}
