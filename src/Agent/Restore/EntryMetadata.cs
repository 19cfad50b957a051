using System.Runtime.InteropServices;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Credentials;

namespace HostAtlas.Agent.Restore;

/// <summary>
/// Gives restored entries back their owner, mode, attributes and times. The order matters: an owner's change takes set-id bits and
/// capabilities away, a mode without "write" takes the right to set user attributes, and everything moves the times.
/// </summary>
internal static class EntryMetadata
{
    private const int SetIdBits = 0xC00, PermissionBits = 0xFFF;

    /// <summary>Whether owners can be given back.</summary>
    public static bool IsRoot { get; } = FileOwner.Own == 0;

    /// <summary>For an open file or directory.</summary>
    /// <exception cref="RestoreFaultException">Something of it could not be set.</exception>
    public static void Apply(SafeHandle file, TreeEntry entry)
    {
        SetAttributes(entry, isUser: true, (name, value) => RestoreCalls.SetAttribute(file, name, value, (nuint)value.Length, 0));
        if (IsRoot) Check(RestoreCalls.SetOwner(file, entry.Uid, entry.Gid), "its owner cannot be set");
        Check(RestoreCalls.SetMode(file, Mode(entry)), "its mode cannot be set");
        SetAttributes(entry, isUser: false, (name, value) => RestoreCalls.SetAttribute(file, name, value, (nuint)value.Length, 0));
        Check(RestoreCalls.SetTimes(file, TimeSpec.Modified(entry.MtimeNs)), "its time cannot be set");
    }

    /// <summary>For what cannot be opened: links, pipes, devices.</summary>
    /// <exception cref="RestoreFaultException">Something of it could not be set.</exception>
    public static void Apply(TargetDirectory directory, byte[] name, TreeEntry entry)
    {
        if (IsRoot)
            Check(RestoreCalls.SetOwnerAt(directory.Handle, name, entry.Uid, entry.Gid, RestoreCalls.NoFollow), "its owner cannot be set");
        // A link has no mode of its own. The name was made a moment ago under a name that nobody knows, so there is no link to follow.
        if (entry.Type != TreeEntryType.Symlink)
            Check(RestoreCalls.SetModeAt(directory.Handle, name, Mode(entry), 0), "its mode cannot be set");
        var path = PathOf(directory, name);
        SetAttributes(entry, isUser: false, (attribute, value) =>
            RestoreCalls.SetAttributeOfLink(path, attribute, value, (nuint)value.Length, 0));
        Check(RestoreCalls.SetTimesAt(directory.Handle, name, TimeSpec.Modified(entry.MtimeNs), RestoreCalls.NoFollow),
            "its time cannot be set");
    }

    // Set-id bits belong to the owner that the file had. Without it they would lend somebody else's rights.
    private static uint Mode(TreeEntry entry) =>
        (uint)(IsRoot || entry.Uid == FileOwner.Own ? entry.Mode & PermissionBits : entry.Mode & PermissionBits & ~SetIdBits);

    private static void SetAttributes(TreeEntry entry, bool isUser, Func<byte[], byte[], int> set)
    {
        foreach (var xattr in entry.Xattrs)
        {
            if (xattr.Name.Span.StartsWith("user."u8) != isUser) continue;
            // Capabilities, labels and trusted attributes are root's to set.
            var isRoots = xattr.Name.Span.StartsWith("security."u8) || xattr.Name.Span.StartsWith("trusted."u8);
            if (isRoots && !IsRoot) continue;
            Check(set(RestoreCalls.Name(xattr.Name.Span), xattr.Value.ToArray()),
                $"its attribute {TreeNames.Display(xattr.Name.Span)} cannot be set");
        }
    }

    // There is no call that sets a link's attribute below an open directory; the descriptor's own path is one.
    private static byte[] PathOf(TargetDirectory directory, byte[] name) =>
        [.. System.Text.Encoding.ASCII.GetBytes($"/proc/self/fd/{directory.Handle.DangerousGetHandle()}/"), .. name];

    private static void Check(int result, string what)
    {
        if (result != 0) throw RestoreFaultException.Last(what);
    }
}
