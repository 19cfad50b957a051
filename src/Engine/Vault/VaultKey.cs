using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Vault;

/// <summary>Where an object lies in the vault: its server's prefix and its name. Always rendered from ids, never from a path.</summary>
public readonly record struct VaultKey(TeamId Team, ServerId Server, ObjectName Name)
{
    private const int Parts = 4;

    /// <summary>Reads <c>{team}/{server}/packs/{uuid}</c>; false for every other spelling.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out VaultKey key)
    {
        key = default;
        Span<Range> parts = stackalloc Range[Parts + 1];
        if (text.Split(parts, '/') != Parts
            || !ResourceId.TryParse<TeamId>(text[parts[0]].ToString(), out var team)
            || !ResourceId.TryParse<ServerId>(text[parts[1]].ToString(), out var server)
            || !ObjectName.TryParse(text[parts[2].Start..].ToString(), out var name)) return false;
        key = new VaultKey(team, server, name);
        return true;
    }

    /// <summary><c>{team}/{server}/packs/{uuid}</c>.</summary>
    public override string ToString() => $"{Team}/{Server}/{Name}";
}

/// <summary>What an object must be to be taken.</summary>
/// <param name="Size">Its bytes, 1 to <see cref="ObjectName.ObjectMaxBytes"/>.</param>
/// <param name="Sha256">Of all of them, 32 bytes.</param>
/// <param name="Md5">Of all of them, 16 bytes; null when it was not announced. S3 servers check it.</param>
public sealed record ObjectForm(long Size, byte[] Sha256, byte[]? Md5 = null);
