using System.Text;
using HostAtlas.Agent.Backup.Format;

namespace HostAtlas.Agent.Tests.Restore;

/// <summary>An entry of a tree that a test makes up: what stands in the tree, a file's bytes, a directory's entries.</summary>
internal sealed record TestNode(TreeEntry Entry, byte[]? Content = null, IReadOnlyList<TestNode>? Children = null)
{
    private const long Noon = 1_700_000_000_123_456_789;

    public static TestNode Directory(string name, params TestNode[] children) => new(new TreeEntry
    {
        Name = Encoding.UTF8.GetBytes(name),
        Type = TreeEntryType.Directory,
        Mode = 0x1ED,
        Uid = Owner,
        Gid = Owner,
        MtimeNs = Noon,
    }, Children: children);

    public static TestNode File(string name, byte[] content) => File(Encoding.UTF8.GetBytes(name), content);

    public static TestNode File(string name, string content) => File(name, Encoding.UTF8.GetBytes(content));

    public static TestNode File(byte[] name, byte[] content) => new(new TreeEntry
    {
        Name = name,
        Type = TreeEntryType.File,
        Mode = 0x1A4,
        Uid = Owner,
        Gid = Owner,
        MtimeNs = Noon,
        Size = content.Length,
    }, content);

    public static TestNode Symlink(string name, string target) => new(new TreeEntry
    {
        Name = Encoding.UTF8.GetBytes(name),
        Type = TreeEntryType.Symlink,
        Mode = 0x1FF,
        Uid = Owner,
        Gid = Owner,
        MtimeNs = Noon,
        Target = Encoding.UTF8.GetBytes(target),
    });

    public TestNode With(Func<TreeEntry, TreeEntry> change) => this with { Entry = change(Entry) };

    /// <summary>Whoever runs the tests: only root can give files to others.</summary>
    public static uint Owner { get; } = Agent.Credentials.FileOwner.Own;
}
