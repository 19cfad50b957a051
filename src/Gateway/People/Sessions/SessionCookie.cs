using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace HostAtlas.Gateway.People.Sessions;

/// <summary>
/// The session's cookie: 32 random bytes in base64url, 43 characters. The header is written by hand because the protocol fixes it byte for
/// byte and ASP.NET Core writes attributes in another order and in lower case. Lax, not Strict: a link to the dashboard in a mail must find
/// the person signed in; what Lax lets through besides (top-level GET) changes nothing here.
/// </summary>
internal static class SessionCookie
{
    /// <summary>The cookie's name.</summary>
    public const string Name = "hostatlas_session";

    private const int ValueBytes = 32, ValueLength = 43;

    /// <summary>A new value, from the system's CSPRNG.</summary>
    public static string NewValue() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(ValueBytes));

    /// <summary>What the store knows a session by: SHA-256 of the value's ASCII characters.</summary>
    public static byte[] HashOf(string value) => SHA256.HashData(Encoding.ASCII.GetBytes(value));

    /// <summary>
    /// The value that a request carries; null when there is none or several, or one that this platform cannot have written.
    /// </summary>
    public static string? Read(HttpRequest request)
    {
        string? found = null;
        foreach (var header in request.Headers.Cookie)
        {
            foreach (var pair in (header ?? string.Empty).Split(';', StringSplitOptions.TrimEntries))
            {
                if (!pair.StartsWith(Name + "=", StringComparison.Ordinal)) continue;
                // Two cookies of this name mean that somebody else (a page on a sister host) planted one: neither is believed.
                if (found is not null) return null;
                found = pair[(Name.Length + 1)..];
            }
        }
        return found is { Length: ValueLength } && Base64Url.IsValid(found) ? found : null;
    }

    /// <summary>Gives the cookie, or gives it again: its life in the browser begins anew with every use.</summary>
    public static void Give(HttpResponse response, string value) => Write(response, value, (int)SessionService.Idle.TotalSeconds);

    /// <summary>Takes the cookie back.</summary>
    public static void TakeBack(HttpResponse response) => Write(response, string.Empty, 0);

    private static void Write(HttpResponse response, string value, int maxAgeSeconds) =>
        response.Headers[HeaderNames.SetCookie] = string.Create(
            CultureInfo.InvariantCulture, $"{Name}={value}; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age={maxAgeSeconds}");
}
