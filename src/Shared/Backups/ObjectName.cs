using System.Diagnostics.CodeAnalysis;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Shared.Backups;

/// <summary>
/// The name of an object within one server's repository: <c>packs/UUID</c>, <c>indexes/UUID</c> or <c>snapshots/UUID</c> (UUID v4, lower
/// case with hyphens). There is one spelling, because a ticket, a table and a folder must mean the same object by it.
/// </summary>
public readonly record struct ObjectName(ObjectKind Kind, ObjectId Id)
{
    /// <summary>Most bytes of an object, sealed.</summary>
    public const int ObjectMaxBytes = 32 << 20;

    /// <summary>The folder that objects of a kind lie in.</summary>
    public static string FolderOf(ObjectKind kind) => kind switch
    {
        ObjectKind.Pack => "packs",
        ObjectKind.Index => "indexes",
        ObjectKind.Snapshot => "snapshots",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There are packs, indexes and snapshots."),
    };

    /// <summary>The object that holds a snapshot.</summary>
    public static ObjectName Of(SnapshotId snapshot) => new(ObjectKind.Snapshot, snapshot.ObjectId);

    /// <summary>Reads a name; false for every other spelling.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ObjectName name)
    {
        name = default;
        if (text is null) return false;
        foreach (var kind in Kinds)
        {
            var folder = FolderOf(kind);
            if (text.Length != folder.Length + 1 + ResourceId.TextLength || text[folder.Length] != '/'
                || !text.StartsWith(folder, StringComparison.Ordinal)
                || !ResourceId.TryParse<ObjectId>(text[(folder.Length + 1)..], out var id)) continue;
            name = new ObjectName(kind, id);
            return true;
        }
        return false;
    }

    /// <summary>The name.</summary>
    public override string ToString() => $"{FolderOf(Kind)}/{Id}";

    /// <summary>All kinds, in the order of their numbers.</summary>
    public static IReadOnlyList<ObjectKind> Kinds { get; } = [ObjectKind.Pack, ObjectKind.Index, ObjectKind.Snapshot];
}
