namespace HostAtlas.Benchmarks.Backups;

/// <summary>One program that backs up, with a repository of its own that is empty at first. Disposing deletes the repository.</summary>
internal interface IBackupProgram : IAsyncDisposable
{
    /// <summary>Backs the tree up.</summary>
    Task<Work> BackUpAsync();

    /// <summary>Restores the last backup below an empty folder.</summary>
    Task<Work> RestoreAsync(string target);

    /// <summary>Bytes of the repository's files.</summary>
    long RepositoryBytes { get; }
}

/// <summary>What a backup or a restore took.</summary>
/// <param name="Program">The program itself.</param>
/// <param name="OthersCpuSeconds">Processor time of who served it meanwhile: the platform. Zero where the program does all itself.</param>
internal readonly record struct Work(Usage Program, double OthersCpuSeconds = 0)
{
    /// <summary>Processor time of all that took part.</summary>
    public double AllCpuSeconds => Program.CpuSeconds + OthersCpuSeconds;
}
