using HostAtlas.Shared.Ids;

namespace HostAtlas.Shared.Tokens;

/// <summary>
/// The form of a link's token that sets a new password: that of every token (<see cref="TokenForm"/>), with the address of the person's
/// entity, 16 bytes of a keyed hash, in the place of a team.
/// <code>
/// har_ + base64url( address 16 ‖ reset 16 ‖ secret 32 ‖ tag 16 )
/// </code>
/// </summary>
public static class ResetForm
{
    /// <summary>Writes a new one. The caller shows it once and keeps only <see cref="TokenHash.Of"/> of it.</summary>
    public static string Write(ReadOnlySpan<byte> address, ResetId reset, ReadOnlySpan<byte> secret, TokenKey key)
    {
        if (address.Length != ResourceId.SizeBytes) throw new ArgumentException("An address has 16 bytes.", nameof(address));
        Span<byte> names = stackalloc byte[2 * ResourceId.SizeBytes];
        address.CopyTo(names);
        reset.Write(names[ResourceId.SizeBytes..]);
        return TokenForm.Write(TokenKind.PasswordReset, names, secret, key);
    }

    /// <summary>Reads one; false when its form is wrong or its tag is none of this platform's keys'.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, IReadOnlyList<TokenKey> keys, out byte[] address, out ResetId reset)
    {
        Span<byte> names = stackalloc byte[2 * ResourceId.SizeBytes];
        var issued = TokenForm.TryRead(TokenKind.PasswordReset, text, keys, names);
        address = names[..ResourceId.SizeBytes].ToArray();
        return ResourceId.TryRead(names[ResourceId.SizeBytes..], out reset) & issued;
    }
}
