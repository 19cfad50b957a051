using System.Buffers;
using System.Security.Cryptography;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>Fills a span with random bytes that nobody can guess. Production hands in <see cref="RandomNumberGenerator.Fill"/>.</summary>
public delegate void RandomBytes(Span<byte> destination);

/// <summary>Seals objects under one master's keys. Thread-safe when its source of salts is.</summary>
public sealed class ObjectSealer
{
    private readonly RandomBytes _salts;

    /// <param name="keys">The newest key of the ring.</param>
    /// <param name="pool">Where the objects' memory comes from.</param>
    /// <param name="salts">24 random bytes an object. A salt that came twice would give two objects one key stream.</param>
    public ObjectSealer(RepositoryKeys keys, ArrayPool<byte> pool, RandomBytes salts) => (Keys, Pool, _salts) = (keys, pool, salts);

    /// <summary>With the system's random generator and the shared pool.</summary>
    public ObjectSealer(RepositoryKeys keys) : this(keys, ArrayPool<byte>.Shared, RandomNumberGenerator.Fill) { }

    /// <summary>The keys that seal.</summary>
    public RepositoryKeys Keys { get; }

    /// <summary>Where objects take their memory from.</summary>
    public ArrayPool<byte> Pool { get; }

    /// <summary>Seals a plaintext as it is. What is sealed must be padded already: builders do that.</summary>
    public SealedObject Seal(ObjectName name, ReadOnlySpan<byte> plain)
    {
        using var buffer = new ObjectBuffer(Pool, plain.Length);
        buffer.Write(plain);
        return Seal(name, buffer);
    }

    internal SealedObject Seal(ObjectName name, ObjectBuffer plain)
    {
        Span<byte> salt = stackalloc byte[Cobblestone256.SaltBytes];
        _salts(salt);
        return plain.Seal(Keys, name, salt);
    }
}
