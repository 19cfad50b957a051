using System.Runtime.InteropServices;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Credentials;

namespace HostAtlas.Agent.Restore;

/// <summary>
/// Gives restored entries back their owner, mode, attributes and times. The order matters: an owner's change takes set-id bits and
/// capabilities away, a mode without "write" takes the right to set user attributes, and everything moves the times. What the system does
/// not allow this user, or the target's file system cannot hold, costs no file: it is left away, and told.
/// </summary>
internal static class EntryMetadata
{
    private const int SetIdBits = 0xC00, PermissionBits = 0xFFF;
    private const uint Same = uint.MaxValue;

    /// <summary>For an open file or directory. False: something that only root or another file system could give is left away.</summary>
    /// <exception cref="RestoreFaultException">Something of it could not be set.</exception>
    public static bool Apply(SafeHandle file, TreeEntry entry)
    {
        var isAll = SetAttributes(
            entry, isUser: true, (name, value) => RestoreCalls.SetAttribute(file, name, value, (nuint)value.Length, 0));
        var isOwned = SetOwner(entry, (user, group) => RestoreCalls.SetOwner(file, user, group));
        isAll &= IsSet(RestoreCalls.SetMode(file, Mode(entry, isOwned)), "its mode");
        isAll &= SetAttributes(
            entry, isUser: false, (name, value) => RestoreCalls.SetAttribute(file, name, value, (nuint)value.Length, 0));
        Check(RestoreCalls.SetTimes(file, TimeSpec.Modified(entry.MtimeNs)), "its time cannot be set");
        return isAll && isOwned;
    }

    /// <summary>For what cannot be opened: links, pipes, devices. False as above.</summary>
    /// <exception cref="RestoreFaultException">Something of it could not be set.</exception>
    public static bool Apply(TargetDirectory directory, byte[] name, TreeEntry entry)
    {
        var isOwned = SetOwner(
            entry, (user, group) => RestoreCalls.SetOwnerAt(directory.Handle, name, user, group, RestoreCalls.NoFollow));
        // A link has no mode of its own. The name was made a moment ago under a name that nobody knows, so there is no link to follow.
        var isAll = entry.Type == TreeEntryType.Symlink
            || IsSet(RestoreCalls.SetModeAt(directory.Handle, name, Mode(entry, isOwned), 0), "its mode");
        var path = PathOf(directory, name);
        isAll &= SetAttributes(entry, isUser: false, (attribute, value) =>
            RestoreCalls.SetAttributeOfLink(path, attribute, value, (nuint)value.Length, 0));
        Check(RestoreCalls.SetTimesAt(directory.Handle, name, TimeSpec.Modified(entry.MtimeNs), RestoreCalls.NoFollow),
            "its time cannot be set");
        return isAll && isOwned;
    }

    // Asked rather than guessed from the user's number: root in a container may have no right to it, and a number may have no place there.
    private static bool SetOwner(TreeEntry entry, Func<uint, uint, int> set)
    {
        if (set(entry.Uid, entry.Gid) == 0) return true;
        if (!IsWithheld()) Check(-1, "its owner cannot be set");
        // A group of one's own may be given.
        return set(Same, entry.Gid) == 0 && entry.Uid == FileOwner.Own;
    }

    // Set-id bits belong to the owner that the file had. Without it they would lend somebody else's rights.
    private static uint Mode(TreeEntry entry, bool isOwned) =>
        (uint)(isOwned ? entry.Mode & PermissionBits : entry.Mode & PermissionBits & ~SetIdBits);

    private static bool SetAttributes(TreeEntry entry, bool isUser, Func<byte[], byte[], int> set)
    {
        var isAll = true;
        foreach (var xattr in entry.Xattrs)
        {
            if (xattr.Name.Span.StartsWith("user."u8) != isUser) continue;
            isAll &= IsSet(set(RestoreCalls.Name(xattr.Name.Span), xattr.Value.ToArray()),
                $"its attribute {TreeNames.Display(xattr.Name.Span)}");
        }
        return isAll;
    }

    // vfat, exfat and network shares have no place for a mode either, and say so as if it were not allowed.
    private static bool IsSet(int result, string what)
    {
        if (result == 0) return true;
        if (!IsWithheld()) Check(-1, $"{what} cannot be set");
        return false;
    }

    private static bool IsWithheld() => Marshal.GetLastPInvokeError()
        is RestoreCalls.NotPermitted or RestoreCalls.NotSupported or RestoreCalls.Invalid;

    // There is no call that sets a link's attribute below an open directory; the descriptor's own path is one.
    private static byte[] PathOf(TargetDirectory directory, byte[] name) =>
        [.. System.Text.Encoding.ASCII.GetBytes($"/proc/self/fd/{directory.Handle.DangerousGetHandle()}/"), .. name];

    private static void Check(int result, string what)
    {
        if (result != 0) throw RestoreFaultException.Last(what);
    }
}
