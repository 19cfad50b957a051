using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Storage.Sealing;

namespace HostAtlas.Engine.Tests.Cluster;

public sealed class NodeKeyTests
{
    private static readonly byte[] Old = [.. Enumerable.Repeat((byte)1, 32)], New = [.. Enumerable.Repeat((byte)2, 32)];

    [Fact]
    public void Two_processes_with_one_root_key_let_each_other_in()
    {
        using var shown = Of(Old).NewCertificate(Named.Noon);
        Assert.True(Of(Old).IsOurs(shown));
        Assert.False(Of(New).IsOurs(shown));
        Assert.False(Of(Old).IsOurs(null));
    }

    [Fact]
    public void A_rotation_cuts_off_neither_who_runs_on_nor_who_starts_with_the_later_ring()
    {
        using var early = Of(Old).NewCertificate(Named.Noon);
        using var late = Of([.. New, .. Old]).NewCertificate(Named.Noon);
        Assert.True(new NodeKey(new RootKeys([.. New, .. Old]), believesRing: true).IsOurs(early));
        Assert.False(Of(Old).IsOurs(late));

        // A process that hears of the new root key while it runs knows its certificate from then on.
        var roots = new RootKeys(Old);
        var running = new NodeKey(roots);
        Assert.False(running.IsOurs(late));
        roots.Prepend(New);
        Assert.True(running.IsOurs(late));
        Assert.True(running.IsOurs(early));
    }

    [Fact]
    public void From_the_engines_next_start_on_an_earlier_root_key_opens_nothing()
    {
        using var early = Of(Old).NewCertificate(Named.Noon);
        Assert.False(Of([.. New, .. Old]).IsOurs(early));
    }

    /// <summary>During an upgrade a process of the one version meets one of the other: the derivation stays.</summary>
    [Fact]
    public void A_root_key_gives_the_same_node_key_for_ever()
    {
        using var shown = Of(Old).NewCertificate(Named.Noon);
        // By HKDF and affine arithmetic written out in another language.
        Assert.Equal(
            "3059301306072a8648ce3d020106082a8648ce3d03010703420004810991f05a33d14a77db645f11875527314dd"
            + "b0f1f12080e5972d0d65bd9b7f60aab8f8d4263969fca216d26a0b7432944609c2643f81560a83e69d5ad2b73ff",
            Convert.ToHexStringLower(shown.PublicKey.ExportSubjectPublicKeyInfo()));
    }

    private static NodeKey Of(byte[] ring) => new(new RootKeys(ring));
}
