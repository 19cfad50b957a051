namespace HostAtlas.Benchmarks.Backups;

/// <summary>What the vault keeps of one server.</summary>
internal interface IVaultPart
{
    /// <summary>Bytes of its objects.</summary>
    long Bytes { get; }

    /// <summary>Takes them away, so that the next round has room.</summary>
    Task DeleteAsync();
}

/// <summary>A folder of the platform's.</summary>
internal sealed record FolderPart(string Folder) : IVaultPart
{
    /// <inheritdoc />
    public long Bytes => FolderSize.Of(Folder);

    /// <inheritdoc />
    public Task DeleteAsync()
    {
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }
}

/// <summary>Objects of an S3 server.</summary>
internal sealed record StorePart(ObjectStore Store, string Name) : IVaultPart
{
    /// <inheritdoc />
    public long Bytes => Store.SizeOf(Name);

    /// <inheritdoc />
    public Task DeleteAsync() => Store.DeleteAsync(Name);
}
