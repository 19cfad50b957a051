using System.Security.Cryptography;
using Konscious.Security.Cryptography;

namespace HostAtlas.Gateway.People.Passwords;

/// <summary>
/// Hashes and verifies passwords with Argon2id. Slow on purpose, so bounded on purpose: as many at a time as there are processors, some
/// that wait, and for all others an answer at once that there are too many. Each takes 19 MiB while it runs.
/// </summary>
internal sealed class PasswordHasher : IDisposable
{
    // OWASP Password Storage Cheat Sheet (2025), the row with the most memory below 20 MiB.
    private const int MemoryKib = 19_456, Passes = 2, Lanes = 1, SaltBytes = 16, HashBytes = 32;
    private const int MostWaiting = 32;

    private readonly SemaphoreSlim _running = new(Environment.ProcessorCount, Environment.ProcessorCount);
    private readonly PasswordHash _nobodys;
    private int _waiting;

    /// <summary>Prepares what an unknown address is verified against: nobody knows its password, and it costs the same.</summary>
    public PasswordHasher() => _nobodys = New() with { Hash = RandomNumberGenerator.GetBytes(HashBytes) };

    /// <summary>A new password's PHC string, or null when too many wait already.</summary>
    public async Task<string?> HashAsync(byte[] password, CancellationToken cancellation)
    {
        var parameters = New();
        var hash = await ComputeAsync(password, parameters, cancellation);
        return hash is null ? null : (parameters with { Hash = hash }).Write();
    }

    /// <summary>
    /// Whether the password is the stored one; null when too many wait already. Without a stored one (<paramref name="stored"/> null:
    /// nobody has this address) the same work is done and the answer is false.
    /// </summary>
    public async Task<bool?> VerifyAsync(byte[] password, string? stored, CancellationToken cancellation)
    {
        var expected = _nobodys;
        if (stored is not null && !PasswordHash.TryRead(stored, out expected))
        {
            throw new FormatException("A stored password is no Argon2id PHC string: the entity's journal was written by something else.");
        }
        var hash = await ComputeAsync(password, expected, cancellation);
        return hash is null ? null : CryptographicOperations.FixedTimeEquals(hash, expected.Hash) && stored is not null;
    }

    /// <inheritdoc />
    public void Dispose() => _running.Dispose();

    private static PasswordHash New() => new(MemoryKib, Passes, Lanes, RandomNumberGenerator.GetBytes(SaltBytes), new byte[HashBytes]);

    private async Task<byte[]?> ComputeAsync(byte[] password, PasswordHash parameters, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _waiting) > MostWaiting + Environment.ProcessorCount)
        {
            Interlocked.Decrement(ref _waiting);
            return null;
        }
        try
        {
            await _running.WaitAsync(cancellation);
            try
            {
                return await Task.Run(() => Compute(password, parameters), CancellationToken.None);
            }
            finally
            {
                _running.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
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
