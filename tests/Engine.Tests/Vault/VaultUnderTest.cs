using HostAtlas.Engine.Vault;

namespace HostAtlas.Engine.Tests.Vault;

/// <summary>A real vault that a test can look into from behind.</summary>
public abstract class VaultUnderTest : IDisposable
{
    /// <summary>The vault.</summary>
    public abstract IVault Vault { get; }

    /// <summary>What lies in the vault beside whole objects under their names: parts of uploads, temporary files.</summary>
    public abstract int Remnants();

    /// <summary>Loses an object, as a disk does.</summary>
    public abstract void Lose(VaultKey key);

    /// <summary>Cuts an object short, as a disk does.</summary>
    public abstract void CutShort(VaultKey key);

    /// <summary>Throws the vault away and opens another one on the same data, as a restart of the process does.</summary>
    public abstract void Restart();

    /// <inheritdoc />
    public abstract void Dispose();
}
