using HostAtlas.Engine.Vault;
using HostAtlas.TestSupport;

namespace HostAtlas.Engine.Tests.Vault;

/// <summary>The directory vault in a folder of its own.</summary>
public sealed class DirectoryVaultUnderTest : VaultUnderTest
{
    private readonly TempFolder _folder = new();
    private readonly string _data;
    private DirectoryVault _vault;

    public DirectoryVaultUnderTest(string? data = null)
    {
        _data = data ?? _folder.Path;
        _vault = Open();
    }

    public override IVault Vault => _vault;

    public string PathOf(VaultKey key) =>
        Path.Combine(_data, "vault", key.Team.ToString(), key.Server.ToString(), key.Name.ToString());

    public string Incoming => Path.Combine(_data, "incoming");

    public override int Remnants() => Directory.GetFiles(Incoming).Length;

    public override void Lose(VaultKey key)
    {
        if (File.Exists(PathOf(key))) File.Delete(PathOf(key));
    }

    public override void CutShort(VaultKey key)
    {
        using var file = new FileStream(PathOf(key), FileMode.Open, FileAccess.Write);
        file.SetLength(file.Length - 1);
    }

    public override void Restart()
    {
        _vault.Dispose();
        _vault = Open();
    }

    public override void Dispose()
    {
        _vault.Dispose();
        _folder.Dispose();
    }

    private DirectoryVault Open() => new(_data, new TicketOffice(() => [Named.Bytes("ticket key")]));
}
