using System.Security.Cryptography;
using Konscious.Security.Cryptography;

namespace HostAtlas.Gateway.People.Passwords;

/// <summary>
/// Hashes and verifies passwords with Argon2id. Slow on purpose, so bounded on purpose (<see cref="HashQueue"/>): as many at a time as
/// there are processors. Each takes 19 MiB while it runs.
/// </summary>
internal sealed class PasswordHasher
{
    // OWASP Password Storage Cheat Sheet (2025), the row with the most memory below 20 MiB.
    private const int MemoryKib = 19_456, Passes = 2, Lanes = 1, SaltBytes = 16, HashBytes = 32;

    private readonly HashQueue _queue = new(Environment.ProcessorCount);
    private readonly PasswordHash _nobodys;

    /// <summary>Prepares what an unknown address is verified against: nobody knows its password, and it costs the same.</summary>
    public PasswordHasher() => _nobodys = New() with { Hash = RandomNumberGenerator.GetBytes(HashBytes) };

    /// <summary>A new password's PHC string, or null when too many wait already.</summary>
    public async Task<string?> HashAsync(byte[] password, CancellationToken cancellation)
    {
        var parameters = New();
        // Nobody sets a password without a session, an invitation or a link.
        var hash = await ComputeAsync(password, parameters, SignInTrust.Known, cancellation);
        return hash is null ? null : (parameters with { Hash = hash }).Write();
    }

    /// <summary>
    /// Whether the password is the stored one; null when too many wait already. Without a stored one (<paramref name="stored"/> null:
    /// nobody has this address) the same work is done and the answer is false.
    /// </summary>
    public async Task<bool?> VerifyAsync(byte[] password, string? stored, SignInTrust trust, CancellationToken cancellation)
    {
        var expected = _nobodys;
        if (stored is not null && !PasswordHash.TryRead(stored, out expected))
        {
            throw new FormatException("A stored password is no Argon2id PHC string: the entity's journal was written by something else.");
        }
        var hash = await ComputeAsync(password, expected, trust, cancellation);
        return hash is null ? null : CryptographicOperations.FixedTimeEquals(hash, expected.Hash) && stored is not null;
    }

    /// <summary>Whether a stored password was hashed with other parameters than a new one would be.</summary>
    public static bool IsOutdated(string stored) =>
        PasswordHash.TryRead(stored, out var hash)
        && (hash.MemoryKib, hash.Passes, hash.Lanes, hash.Salt.Length, hash.Hash.Length)
            != (MemoryKib, Passes, Lanes, SaltBytes, HashBytes);

    private static PasswordHash New() => new(MemoryKib, Passes, Lanes, RandomNumberGenerator.GetBytes(SaltBytes), new byte[HashBytes]);

    private async Task<byte[]?> ComputeAsync(
        byte[] password, PasswordHash parameters, SignInTrust trust, CancellationToken cancellation)
    {
        if (!await _queue.EnterAsync(trust, cancellation)) return null;
        try
        {
            return await Task.Run(() => Compute(password, parameters), CancellationToken.None);
        }
        finally
        {
            _queue.Leave(trust);
        }
    }

    private static byte[] Compute(byte[] password, PasswordHash parameters)
    {
        using var argon = new Argon2id(password)
        {
            Salt = parameters.Salt,
            MemorySize = parameters.MemoryKib,
            Iterations = parameters.Passes,
            DegreeOfParallelism = parameters.Lanes,
        };
        return argon.GetBytes(parameters.Hash.Length);
    }
}
