using System.Buffers.Binary;

namespace HostAtlas.Agent.Inventory.Certificates;

/// <summary>
/// Finds the server's own certificate in what a server of TLS 1.2 or older sends in clear (RFC 5246, 6.2.1 and 7.4.2): records of type 22
/// that together hold handshake messages, one of which, type 11, is a list of certificates. Pure, and whatever the bytes are it ends.
/// </summary>
internal static class PlainHandshake
{
    private const int HandshakeRecord = 22, CertificateMessage = 11, RecordHead = 5, MessageHead = 4;

    /// <summary>The first certificate in DER; null as long as it has not come whole.</summary>
    public static byte[]? FirstCertificate(ReadOnlySpan<byte> received)
    {
        var messages = Messages(received);
        var rest = messages.AsSpan();
        while (rest.Length >= MessageHead)
        {
            var length = Length24(rest[1..]);
            if (rest.Length < MessageHead + length) return null;
            if (rest[0] == CertificateMessage) return First(rest.Slice(MessageHead, length));
            rest = rest[(MessageHead + length)..];
        }
        return null;
    }

    private static byte[]? First(ReadOnlySpan<byte> list)
    {
        // The length of the list, then for each certificate its own.
        if (list.Length < 6) return null;
        var length = Length24(list[3..]);
        return length > 0 && length <= list.Length - 6 ? list.Slice(6, length).ToArray() : null;
    }

    private static byte[] Messages(ReadOnlySpan<byte> received)
    {
        var messages = new MemoryStream();
        while (received.Length >= RecordHead && received[0] == HandshakeRecord)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(received[3..]);
            if (received.Length < RecordHead + length) break;
            messages.Write(received.Slice(RecordHead, length));
            received = received[(RecordHead + length)..];
        }
        return messages.ToArray();
    }

    private static int Length24(ReadOnlySpan<byte> bytes) => (bytes[0] << 16) | (bytes[1] << 8) | bytes[2];
}
