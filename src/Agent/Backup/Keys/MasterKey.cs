using System.Security.Cryptography;
using HostAtlas.Agent.Backup.Format;

namespace HostAtlas.Agent.Backup.Keys;

/// <summary>
/// A master key: 32 random bytes, made on the host. It lies in memory that the garbage collector does not move, so that clearing it clears
/// the only copy; there is no text form but the recovery key. What .NET copies on its way through a derivation is cleared there.
/// </summary>
public sealed class MasterKey : IDisposable
{
    private readonly byte[] _bytes = GC.AllocateArray<byte>(RepositoryKeys.MasterBytes, pinned: true);

    /// <summary>Copies the 32 bytes; the caller clears its own.</summary>
    public MasterKey(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != RepositoryKeys.MasterBytes) throw new ArgumentException("A master key has 32 bytes.", nameof(bytes));
        bytes.CopyTo(_bytes);
        using var keys = new RepositoryKeys(_bytes);
        KeyId = keys.KeyId;
    }

    /// <summary>Tells keys apart; says nothing about them.</summary>
    public BackupKeyId KeyId { get; }

    internal ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Makes a new one.</summary>
    /// <param name="random">The system's random generator.</param>
    public static MasterKey Draw(RandomBytes random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Span<byte> bytes = stackalloc byte[RepositoryKeys.MasterBytes];
        random(bytes);
        var key = new MasterKey(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return key;
    }

    /// <summary>What objects are sealed, opened and named with.</summary>
    public RepositoryKeys Derive() => new(_bytes);

    /// <summary>The key's id, never the key.</summary>
    public override string ToString() => $"key {KeyId}";

    /// <inheritdoc />
    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);
}
