namespace HostAtlas.Agent.Credentials;

/// <summary>
/// STATE: what this agent keeps between two starts. Nobody but its owner may look into it; a folder that was opened wider is refused and
/// not repaired, because whoever could look may have looked.
/// <code>
/// STATE/token        the credential, one line             STATE/spool/     reports not yet acknowledged
/// STATE/status.json  what `status` shows                  STATE/refused/   reports that the platform would not take
/// STATE/lock         held by the running agent            STATE/backup.keys the master keys of the backups
/// STATE/backup/      what a backup leaves for the next    STATE/head       the newest snapshot that this host knows of
/// STATE/inventory.json when the inventory was last sent   STATE/canaries.json files that nobody has a reason to change
/// STATE/logs/        lines not yet acknowledged, and how far each log was read
/// STATE/commands.json  the last commands of the platform and what became of them
/// </code>
/// </summary>
public sealed class StateFolder
{
    private StateFolder(string path) => FolderPath = path;

    /// <summary>The absolute path.</summary>
    public string FolderPath { get; }

    /// <summary>STATE/status.json.</summary>
    public string StatusPath => Path.Combine(FolderPath, "status.json");

    /// <summary>STATE/spool.</summary>
    public string SpoolPath => Path.Combine(FolderPath, "spool");

    /// <summary>STATE/refused.</summary>
    public string RefusedPath => Path.Combine(FolderPath, "refused");

    /// <summary>STATE/logs.</summary>
    public string LogsPath => Path.Combine(FolderPath, "logs");

    /// <summary>STATE/logs/spool.</summary>
    public string LogSpoolPath => Path.Combine(LogsPath, "spool");

    /// <summary>STATE/logs/refused.</summary>
    public string LogRefusedPath => Path.Combine(LogsPath, "refused");

    /// <summary>STATE/logs/cursors.</summary>
    public string LogCursorsPath => Path.Combine(LogsPath, "cursors");

    /// <summary>STATE/backup.</summary>
    public string BackupPath => Path.Combine(FolderPath, "backup");

    /// <summary>STATE/backup.keys. Never part of a backup.</summary>
    public string BackupKeysPath => Path.Combine(FolderPath, "backup.keys");

    /// <summary>STATE/head.</summary>
    public string HeadPath => Path.Combine(FolderPath, "head");

    /// <summary>STATE/canaries.json: files that nobody has a reason to change, and what they are.</summary>
    public string CanariesPath => Path.Combine(FolderPath, "canaries.json");

    /// <summary>STATE/inventory.json: when the inventory was last sent.</summary>
    public string InventoryPath => Path.Combine(FolderPath, "inventory.json");

    /// <summary>STATE/commands.json.</summary>
    public string CommandsPath => Path.Combine(FolderPath, "commands.json");

    private string TokenPath => Path.Combine(FolderPath, "token");

    private string LockPath => Path.Combine(FolderPath, "lock");

    /// <summary>Opens the folder, makes it (0700) when it does not exist. Throws <see cref="StateFaultException"/> when it is open to
    /// others.</summary>
    public static StateFolder OpenOrCreate(string path)
    {
        try
        {
            path = Path.GetFullPath(path);
            if (!Directory.Exists(path))
            {
                if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
                else Directory.CreateDirectory(path, FilePermissions.PrivateFolder);
            }
            Check(path);
            return new StateFolder(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StateFaultException($"The state folder {path} cannot be used: {exception.Message} "
                + "Run as the user that owns it, or name another one with --state DIR.");
        }
    }

    /// <summary>Opens the folder only when it exists, for verbs that look and change nothing; null when there is none.</summary>
    public static StateFolder? OpenExisting(string path) => Directory.Exists(path) ? OpenOrCreate(path) : null;

    /// <summary>The credential; null before <c>enroll</c>. Throws <see cref="StateFaultException"/> when the file holds something
    /// else.</summary>
    public AgentToken? ReadToken()
    {
        if (!File.Exists(TokenPath)) return null;
        return AgentToken.TryParse(File.ReadAllText(TokenPath), out var fault)
            ?? throw new StateFaultException($"{TokenPath} does not hold a token: {fault}. Enrol again with hostatlas-agent enroll.");
    }

    /// <summary>Puts a credential in the place of what was there.</summary>
    public void WriteToken(AgentToken token) => AtomicFile.Write(TokenPath, System.Text.Encoding.ASCII.GetBytes(token.Reveal() + "\n"));

    /// <summary>When the credential was last replaced; tells a running agent that an operator enrolled it anew.</summary>
    public DateTime TokenChangedAt() => File.GetLastWriteTimeUtc(TokenPath);

    /// <summary>
    /// Takes the place of the one running agent; null when another process has it (or looks at it just now, <see cref="IsPlaceTaken"/>).
    /// The system gives it back whatever way the process ends.
    /// </summary>
    public IDisposable? TryTakePlace()
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = FilePermissions.PrivateFile;
        try
        {
            return new FileStream(LockPath, options);
        }
        catch (IOException) when (File.Exists(LockPath))
        {
            return null;
        }
    }

    /// <summary>Whether an agent runs on this folder: a look that makes no file and takes no place.</summary>
    public bool IsPlaceTaken()
    {
        if (!File.Exists(LockPath)) return false;
        try
        {
            // A shared lock, for a moment: it is refused while the running agent's exclusive one stands.
            using var look = new FileStream(LockPath, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    // A running agent deletes spool files while another verb looks: a file that is gone is open to nobody.
    private static bool IsOpenToOthers(string file)
    {
        try
        {
            return FilePermissions.IsOpenToOthers(file);
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private static void Check(string path)
    {
        if (FilePermissions.IsOpenToOthers(path))
            throw new StateFaultException($"{path} is open to other users, so its token may be known to them. "
                + $"Close it (chmod 700 {path}) and, when others use this host, give the server a new token.");
        foreach (var file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories))
        {
            if (IsOpenToOthers(file))
                throw new StateFaultException($"{file} is open to other users. Close it (chmod 600 {file}); "
                    + "when others use this host and it is the token, give the server a new one; when it is backup.keys, make a new key "
                    + "with hostatlas-agent key rotate.");
        }
    }
}

/// <summary>STATE cannot be used. The text says what to do; exit code 2.</summary>
public sealed class StateFaultException(string message) : Exception(message);
