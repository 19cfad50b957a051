using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace HostAtlas.Engine.Notifications.Sending;

/// <summary>
/// The symmetric scheme of Standard Webhooks 1.0: <c>v1,base64(HMAC-SHA256(secret, id.timestamp.body))</c>, once a secret. Pure.
/// </summary>
public static class WebhookSignature
{
    /// <summary>Bytes of a secret that the platform makes; the scheme takes 24 to 64.</summary>
    public const int SecretBytes = 32;

    private const string Prefix = "whsec_";

    /// <summary>A secret as people copy it.</summary>
    public static string Text(ReadOnlySpan<byte> secret) => Prefix + Convert.ToBase64String(secret);

    /// <summary>The header <c>webhook-signature</c>; during a rotation it holds one signature a secret.</summary>
    public static string Of(IReadOnlyList<byte[]> secrets, string id, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var head = Encoding.ASCII.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{id}.{at.ToUnixTimeSeconds()}."));
        var signed = new byte[head.Length + body.Length];
        head.CopyTo(signed, 0);
        body.CopyTo(signed.AsSpan(head.Length));
        return string.Join(' ', secrets.Select(secret => "v1," + Convert.ToBase64String(HMACSHA256.HashData(secret, signed))));
    }
}
