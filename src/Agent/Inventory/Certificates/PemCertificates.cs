using System.Security.Cryptography;
using HostAtlas.Agent.Backup.Walk;
using HostAtlas.Agent.Inventory.Files;

namespace HostAtlas.Agent.Inventory.Certificates;

/// <summary>
/// Takes the certificates out of a file as it streams by. Of what stands in another block, a private key among it, nothing is kept: a line
/// is compared with the marks and let go of, and the buffer is overwritten with zeros in the end.
/// </summary>
internal static class PemCertificates
{
    /// <summary>Bytes of one certificate in base64.</summary>
    public const int CertificateMaxBytes = 64 << 10;

    /// <summary>Certificates of one file: a bundle of all authorities has some 150.</summary>
    public const int PerFileMax = 500;

    private const int BufferBytes = 4096, LineMaxBytes = 256;

    private static ReadOnlySpan<byte> Begin => "-----BEGIN CERTIFICATE-----"u8;

    private static ReadOnlySpan<byte> BeginOld => "-----BEGIN X509 CERTIFICATE-----"u8;

    private static ReadOnlySpan<byte> AnyBegin => "-----BEGIN "u8;

    private static ReadOnlySpan<byte> AnyEnd => "-----END "u8;

    // X.509 version 3 in DER: a sequence, in it another, in it [0] with the version 2. No key begins like this.
    private static ReadOnlySpan<byte> DerVersion => [0xA0, 0x03, 0x02, 0x01, 0x02];

    /// <summary>Whether a file's first bytes are those of a certificate in DER.</summary>
    public static bool IsDer(ReadOnlySpan<byte> head) =>
        head.Length > 13 && head[0] == 0x30 && head[1] == 0x82 && head[4] == 0x30 && head[5] == 0x82 && head[8..].StartsWith(DerVersion);

    /// <summary>Whether a file's first bytes may be those of a text: without zero bytes and, mostly, control characters.</summary>
    public static bool IsText(ReadOnlySpan<byte> head) => !head.ContainsAnyExceptInRange((byte)0x20, (byte)0x7E) || OnlyTextControls(head);

    /// <summary>The certificates in DER. Throws <see cref="LinuxFaultException"/>.</summary>
    public static IReadOnlyList<byte[]> Read(OpenedFile file)
    {
        if (IsDer(file.Head)) return ReadDer(file);
        if (!IsText(file.Head)) return [];
        var buffer = new byte[BufferBytes];
        var lines = new Blocks();
        try
        {
            long offset = 0;
            while (file.Read(buffer, offset) is > 0 and var read)
            {
                offset += read;
                foreach (var one in buffer.AsSpan(0, read)) lines.Take(one);
            }
            lines.Take((byte)'\n');
            return lines.Found;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
            lines.Clear();
        }
    }

    private static bool OnlyTextControls(ReadOnlySpan<byte> head)
    {
        foreach (var one in head)
        {
            if (one is < 0x20 and not ((byte)'\n' or (byte)'\r' or (byte)'\t') or 0x7F) return false;
        }
        return true;
    }

    private static IReadOnlyList<byte[]> ReadDer(OpenedFile file)
    {
        var buffer = new byte[CertificateMaxBytes];
        var filled = 0;
        while (filled < buffer.Length && file.Read(buffer.AsSpan(filled), filled) is > 0 and var read) filled += read;
        return [buffer[..filled]];
    }

    /// <summary>The lines of a PEM file (RFC 7468), byte by byte.</summary>
    private sealed class Blocks
    {
        private readonly byte[] _line = new byte[LineMaxBytes];
        private readonly List<byte[]> _found = [];
        private MemoryStream? _certificate;
        private int _length;

        public IReadOnlyList<byte[]> Found => _found;

        public void Clear() => CryptographicOperations.ZeroMemory(_line);

        public void Take(byte one)
        {
            if (one is not ((byte)'\n' or (byte)'\r'))
            {
                // The rest of a line that is longer than any of a certificate is let go of; its beginning alone then fits nothing.
                if (_length < LineMaxBytes) _line[_length] = one;
                _length++;
                return;
            }
            if (_length > 0 && _length <= LineMaxBytes) TakeLine(_line.AsSpan(0, _length).Trim(" \t"u8));
            _length = 0;
        }

        private void TakeLine(ReadOnlySpan<byte> line)
        {
            if (line.SequenceEqual(Begin) || line.SequenceEqual(BeginOld))
            {
                _certificate = _found.Count < PerFileMax ? new MemoryStream() : null;
            }
            else if (line.StartsWith(AnyBegin))
            {
                // Any other block; a certificate that did not end is none.
                _certificate = null;
            }
            else if (line.StartsWith(AnyEnd))
            {
                if (_certificate is not null && Decode(_certificate) is { } der) _found.Add(der);
                _certificate = null;
            }
            else if (_certificate is not null)
            {
                _certificate.Write(line);
                if (_certificate.Length > CertificateMaxBytes) _certificate = null;
            }
        }

        private static byte[]? Decode(MemoryStream base64)
        {
            var text = base64.GetBuffer().AsSpan(0, (int)base64.Length);
            var der = new byte[System.Buffers.Text.Base64.GetMaxDecodedFromUtf8Length(text.Length)];
            return System.Buffers.Text.Base64.DecodeFromUtf8(text, der, out _, out var written) == System.Buffers.OperationStatus.Done
                ? der[..written] : null;
        }
    }
}
