namespace HostAtlas.Shared.Backups;

/// <summary>What a sealed object holds. The numbers stand in the objects' headers.</summary>
public enum ObjectKind : byte
{
    /// <summary>Blobs of files, or of trees.</summary>
    Pack = 1,

    /// <summary>Where the blobs of some packs lie.</summary>
    Index = 2,

    /// <summary>One state of the server: its tree, its predecessors, its evidence.</summary>
    Snapshot = 3,
}
