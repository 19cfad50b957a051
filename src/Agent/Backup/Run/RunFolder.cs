using HostAtlas.Agent.Credentials;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>
/// STATE/backup: what a run leaves for the next.
/// <code>
/// journal   what was sent since the last commit      copies/   sealed indexes, tree packs and snapshots, as the vault has them
/// epoch     there: no earlier chunk counts as known   last.json what became of the last run
/// without-keys  the last snapshot, when private keys were left out of it
/// gate.json what the gate knows of earlier runs       found.json the files that a freeze was about, by name
/// damaged   what a verification found damaged in the vault   drill.json what became of the last drill
/// lock      held by the run                           scratch/  files without names, for what does not fit into memory
/// </code>
/// </summary>
internal sealed class RunFolder(StateFolder state)
{
    /// <summary>The folder.</summary>
    public string Path { get; } = state.BackupPath;

    /// <summary>STATE/head.</summary>
    public string Head => state.HeadPath;

    /// <summary>The resume journal.</summary>
    public string Journal => In("journal");

    /// <summary>Sealed copies.</summary>
    public string Copies => In("copies");

    /// <summary>For sorting.</summary>
    public string Scratch => In("scratch");

    /// <summary>What a verification found damaged in the vault.</summary>
    public DamagedObjects Damaged => new(In("damaged"));

    /// <summary>What became of the last drill.</summary>
    public string Drill => In("drill.json");

    /// <summary>What the gate knows of earlier runs.</summary>
    public string GateMemory => In("gate.json");

    /// <summary>What the gate found in the last run that it stopped: paths in the clear, for the host's owner alone.</summary>
    public string Found => In("found.json");

    /// <summary>STATE/canaries.json.</summary>
    public string Canaries => state.CanariesPath;

    /// <summary>What became of the last run.</summary>
    public string Last => In("last.json");

    /// <summary>Whether the next run must not build on anything earlier, because the chain was frozen meanwhile: what an attacker had
    /// stored then is not to be found again.</summary>
    public bool NewEpoch
    {
        get => File.Exists(In("epoch"));
        set
        {
            if (value) AtomicFile.Write(In("epoch"), []);
            else File.Delete(In("epoch"));
        }
    }

    /// <summary>The last snapshot, when private keys were left out of it.</summary>
    public SnapshotId? WithoutKeys
    {
        get => File.Exists(In("without-keys")) && ResourceId.TryParse<SnapshotId>(File.ReadAllText(In("without-keys")), out var id) ? id
            : null;
        set
        {
            if (value is { } id) AtomicFile.Write(In("without-keys"), System.Text.Encoding.ASCII.GetBytes(id.ToString()));
            else File.Delete(In("without-keys"));
        }
    }

    /// <summary>Takes the place of the one run; null when another process has it.</summary>
    public IDisposable? TryTake()
    {
        Directory.CreateDirectory(Path, FilePermissions.PrivateFolder);
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            UnixCreateMode = FilePermissions.PrivateFile,
        };
        try
        {
            return new FileStream(In("lock"), options);
        }
        catch (IOException) when (File.Exists(In("lock")))
        {
            return null;
        }
    }

    /// <summary>Whether a run goes on: a look that makes no file and takes no place.</summary>
    public bool IsTaken()
    {
        if (!File.Exists(In("lock"))) return false;
        try
        {
            using var look = new FileStream(In("lock"), FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
