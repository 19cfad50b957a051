using System.Security.Cryptography;
using HostAtlas.Agent.Credentials;

namespace HostAtlas.Agent.Backup.Keys;

/// <summary>
/// STATE/backup.keys: the master keys in clear, because a host that makes backups by itself has to have them. So the file is its owner's
/// alone, it is refused when it was ever open to others, and it is never part of a backup.
/// <code>
/// hostatlas backup keys 1
/// hbk_…  unconfirmed | confirmed | written | declined          one line a key, the newest first
/// </code>
/// </summary>
public sealed class BackupKeyFile(string path)
{
    // 1,000 rotations; what is longer is another file.
    private const int MaxBytes = 80_000;

    private static ReadOnlySpan<byte> Head => "hostatlas backup keys 1\n"u8;

    private static readonly string[] Words = ["unconfirmed", "confirmed", "written", "declined"];

    /// <summary>Whether this host has keys.</summary>
    public bool Exists => File.Exists(path);

    /// <summary>Reads the keys; null when there are none.</summary>
    /// <exception cref="StateFaultException">The file is another user's, open to others, or holds something else.</exception>
    public MasterRing? Read()
    {
        if (!Exists) return null;
        if (FilePermissions.IsOpenToOthers(path))
            throw new StateFaultException($"{path} holds the backup keys and is open to other users. Close it (chmod 600 {path}); when "
                + "others use this host, make a new key with hostatlas-agent key rotate: what was sealed before stays readable to them.");
        if (FileOwner.Of(path) is var owner && owner != FileOwner.Own)
            throw new StateFaultException($"{path} belongs to user {owner}, and this agent acts as user {FileOwner.Own}. Run it as the "
                + "file's owner, or give the file to this user (chown).");
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if (stream.Length > MaxBytes) throw Broken("it is too large");
        var content = GC.AllocateArray<byte>((int)stream.Length, pinned: true);
        try
        {
            stream.ReadExactly(content);
            return Parse(content);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    /// <summary>Replaces the file, mode 0600, as a whole and on the disk when this returns.</summary>
    public void Write(MasterRing ring)
    {
        ArgumentNullException.ThrowIfNull(ring);
        var content = GC.AllocateArray<byte>(Head.Length + (ring.Masters.Count * (RecoveryKey.TextLength + 13)), pinned: true);
        try
        {
            var rest = content.AsSpan();
            Take(ref rest, Head);
            foreach (var master in ring.Masters)
            {
                RecoveryKey.Write(master.Key, rest);
                rest = rest[RecoveryKey.TextLength..];
                Take(ref rest, System.Text.Encoding.ASCII.GetBytes($" {Words[(int)master.Recovery]}\n"));
            }
            AtomicFile.Write(path, content.AsSpan(0, content.Length - rest.Length));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }

        static void Take(ref Span<byte> rest, ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(rest);
            rest = rest[bytes.Length..];
        }
    }

    private MasterRing Parse(ReadOnlySpan<byte> content)
    {
        if (!content.StartsWith(Head)) throw Broken("it does not begin as it should, or a newer agent wrote it");
        content = content[Head.Length..];
        var masters = new List<StoredMaster>();
        try
        {
            for (var line = 2; !content.IsEmpty; line++)
            {
                var end = content.IndexOf((byte)'\n');
                if (end < 0) throw Broken($"line {line} was cut off");
                masters.Add(ParseLine(content[..end], line));
                content = content[(end + 1)..];
            }
            if (masters.Count == 0) throw Broken("it holds no key");
            return new MasterRing(masters);
        }
        catch (Exception fault) when (fault is StateFaultException or ArgumentException)
        {
            foreach (var master in masters) master.Key.Dispose();
            throw fault as StateFaultException ?? Broken("a key stands in it twice");
        }
    }

    private StoredMaster ParseLine(ReadOnlySpan<byte> text, int line)
    {
        var space = text.IndexOf((byte)' ');
        var word = space < 0 ? -1 : Array.IndexOf(Words, System.Text.Encoding.ASCII.GetString(text[(space + 1)..]));
        if (word < 0) throw Broken($"line {line} does not end with what is known of the recovery key");
        return RecoveryKey.TryRead(text[..space], out var fault) is { } key
            ? new StoredMaster(key, (RecoveryConfirmation)word) : throw Broken($"line {line}: {fault}");
    }

    private StateFaultException Broken(string why) => new($"{path} does not hold backup keys: {why}. Put the file back from the copy that "
        + "you have, or move it away and bring the recovery key with hostatlas-agent key import FILE.");
}
