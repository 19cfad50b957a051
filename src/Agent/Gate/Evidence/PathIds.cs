using System.Security.Cryptography;
using HostAtlas.Agent.Backup.Format;

namespace HostAtlas.Agent.Gate.Evidence;

/// <summary>
/// The names that the platform hears of files by: keyed hashes, so that whoever accepts a hit can point at it and nobody can tell from
/// them what a file is called or holds. 32 lower-case hex digits each.
/// </summary>
internal sealed class PathIds(RepositoryKeys keys)
{
    private const int ShownBytes = 16;

    /// <summary>The first 16 bytes of HMAC-SHA256(path key, raw path).</summary>
    public string Of(ReadOnlySpan<byte> path)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(keys.PathKey, path, mac);
        return Convert.ToHexStringLower(mac[..ShownBytes]);
    }

    /// <summary>Makes ids of contents.</summary>
    public ContentIds Contents() => new(keys);

    /// <summary>
    /// Ids of contents, one after the other: the first 16 bytes of HMAC-SHA256(path key, "content" ‖ 0x00 ‖ the file's chunk ids in
    /// order).
    /// </summary>
    internal sealed class ContentIds : IDisposable
    {
        private readonly IncrementalHash _hash;
        private bool _isBegun;

        public ContentIds(RepositoryKeys keys) => _hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, keys.PathKey);

        /// <summary>Adds the file's next chunk.</summary>
        public void Add(ChunkId id)
        {
            if (!_isBegun) Begin();
            Span<byte> bytes = stackalloc byte[ChunkId.SizeBytes];
            id.Write(bytes);
            _hash.AppendData(bytes);
        }

        /// <summary>The file's id; the next one begins.</summary>
        public string Finish()
        {
            if (!_isBegun) Begin();
            Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
            _hash.GetHashAndReset(mac);
            _isBegun = false;
            return Convert.ToHexStringLower(mac[..ShownBytes]);
        }

        /// <summary>Forgets a file that was not read to its end.</summary>
        public void Drop()
        {
            if (_isBegun) Finish();
        }

        /// <inheritdoc />
        public void Dispose() => _hash.Dispose();

        private void Begin()
        {
            _hash.AppendData("content\0"u8);
            _isBegun = true;
        }
    }
}
