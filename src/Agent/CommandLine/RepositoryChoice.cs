using System.CommandLine;
using HostAtlas.Agent.Backup.Chain;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Keys;
using HostAtlas.Agent.Backup.Run;
using HostAtlas.Agent.Backup.Transfer;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Restore;

namespace HostAtlas.Agent.CommandLine;

/// <summary>A repository that a verb reads: where it is, the keys for it, and what this host remembers of it.</summary>
/// <param name="Source">Where the objects come from.</param>
/// <param name="Keys">What opens them.</param>
/// <param name="Head">The newest snapshot that this host remembers; null: none.</param>
/// <param name="Connection">What the source lives by; closed with it.</param>
internal sealed record OpenedRepository(IRepositorySource Source, KeyRing Keys, SnapshotHead? Head, IDisposable? Connection) : IDisposable
{
    /// <summary>What this host keeps of its own backups; null when a plain copy is read, which may be anybody's.</summary>
    public RunFolder? Own { get; init; }

    public void Dispose()
    {
        Keys.Dispose();
        Connection?.Dispose();
    }
}

/// <summary>The options that say which repository is read and with which key; the same for <c>restore</c> and <c>verify</c>.</summary>
internal sealed class RepositoryChoice(CommonOptions common, AgentSurroundings around)
{
    private readonly Option<string?> _from = new("--from")
    {
        Description = "A plain copy of the server's folder of the vault (packs, indexes, snapshots), instead of the platform.",
        HelpName = "DIR",
    };

    private readonly Option<string?> _recoveryKey = new("--recovery-key")
    {
        Description = "A file with the recovery key; - is standard input. Without it: the keys of this host.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _acceptRollback = new("--accept-rollback")
    {
        Description = "Go on although this host remembers a newer snapshot, or another chain.",
    };

    /// <summary>Adds the options; a verb that only lists has nothing to refuse.</summary>
    public void AddTo(Command command, bool withRollback = true)
    {
        command.Add(_from);
        command.Add(_recoveryKey);
        if (withRollback) command.Add(_acceptRollback);
    }

    /// <summary>Whether a plain copy is named.</summary>
    public bool IsCopy(ParseResult parsed) => parsed.GetValue(_from) is not null;

    /// <summary>Opens what the options name.</summary>
    public OpenedRepository Open(ParseResult parsed)
    {
        var state = State(parsed);
        var (source, connection) = parsed.GetValue(_from) is { } folder ? (FromFolder(folder), null) : FromPlatform(parsed, state);
        var keys = Keys(parsed.GetValue(_recoveryKey), state);
        return new OpenedRepository(source, keys, state is null ? null : SnapshotHead.Load(state.HeadPath), connection)
        {
            Own = connection is null || state is null ? null : new RunFolder(state),
        };
    }

    /// <summary>Refuses a repository that is older than what this host remembers, unless it was told to go on.</summary>
    public void CheckRollback(ParseResult parsed, SnapshotCatalog catalog, OpenedRepository repository, Action<string> note)
    {
        if (SnapshotChoice.Rollback(catalog, repository.Head, repository.Keys) is not { } why) return;
        if (!parsed.GetValue(_acceptRollback)) throw new VerbFailedException(ExitCode.Failed, why);
        note(why);
    }

    private static IRepositorySource FromFolder(string folder)
    {
        folder = Path.GetFullPath(folder);
        if (!Directory.Exists(folder)) throw new VerbFailedException(ExitCode.Usage, $"--from: there is no folder {folder}");
        if (!Directory.Exists(Path.Combine(folder, "snapshots")))
            throw new VerbFailedException(ExitCode.Usage, $"--from: {folder} has no folder 'snapshots'. Name the folder of one server, the "
                + "one with packs, indexes and snapshots in it: …/vault/TEAM/SERVER");
        return new DirectoryRepositorySource(folder);
    }

    /// <summary>Opens what the platform keeps of this very host, with its own keys.</summary>
    /// <exception cref="VerbFailedException">It is not enrolled, or has no keys.</exception>
    public static OpenedRepository OpenOwn(AgentOptions options, StateFolder state, AgentSurroundings around)
    {
        using var ring = new BackupKeyFile(state.BackupKeysPath).Read() ?? throw new VerbFailedException(ExitCode.Failed,
            "this host has no backup key yet; make one with hostatlas-agent key init");
        var (source, connection) = FromPlatform(options, state, around);
        return new OpenedRepository(source, ring.Derive(), SnapshotHead.Load(state.HeadPath), connection) { Own = new RunFolder(state) };
    }

    private (IRepositorySource, IDisposable?) FromPlatform(ParseResult parsed, StateFolder? state)
    {
        if (state?.ReadToken() is null)
            throw new VerbFailedException(ExitCode.Failed, "this agent is not enrolled; run hostatlas-agent enroll --url URL --token-file "
                + "FILE, or name a plain copy of the server's folder of the vault with --from DIR");
        return FromPlatform(ConfigFile.Load(parsed.GetValue(common.Config)!), state, around);
    }

    private static (IRepositorySource, IDisposable?) FromPlatform(AgentOptions options, StateFolder state, AgentSurroundings around)
    {
        var client = Connection.Open(options.Url, options.CaFile, options.HttpsProxy, around);
        var api = new BackupApi(client, new CurrentToken(state).Read, around.Time, around.Random);
        var vault = Connection.OpenVault(options, limitBytesPerSecond: null, around);
        return (new TicketRepositorySource(api, vault, around.Time), new Both(api, vault));
    }

    private sealed class Both(IDisposable one, IDisposable other) : IDisposable
    {
        public void Dispose()
        {
            one.Dispose();
            other.Dispose();
        }
    }

    // A new machine has no state folder, and a copy can be read by anybody who has the key: then there is nothing to remember.
    private StateFolder? State(ParseResult parsed)
    {
        try
        {
            return StateFolder.OpenExisting(parsed.GetValue(common.State)!);
        }
        catch (StateFaultException fault) when (parsed.GetValue(_recoveryKey) is not null)
        {
            around.Error.WriteLine($"hostatlas-agent: warning: {fault.Message} So nobody checks whether a newer snapshot was there.");
            return null;
        }
    }

    private KeyRing Keys(string? recoveryKey, StateFolder? state)
    {
        if (recoveryKey is not null)
        {
            using var master = RecoveryKeyInput.Read("--recovery-key", recoveryKey, around);
            return new KeyRing([master.Derive()]);
        }
        using var ring = state is null ? null : new BackupKeyFile(state.BackupKeysPath).Read();
        return ring?.Derive() ?? throw new VerbFailedException(ExitCode.Usage,
            "this host has no backup keys; name a file with the recovery key (--recovery-key FILE), or bring it with key import FILE");
    }
}
