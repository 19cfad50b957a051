using System.CommandLine;
using HostAtlas.Agent.Backup.Keys;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Progress;

namespace HostAtlas.Agent.CommandLine;

/// <summary><c>key init</c>, <c>show</c>, <c>rotate</c>, <c>import</c>: the master keys of this host's backups and their owner's
/// copies.</summary>
internal static class KeyVerb
{
    public static Command Command(CommonOptions common, AgentSurroundings around, Func<Func<Task<int>>, Task<int>> guard)
    {
        var command = new Command("key", "The keys of this host's backups: they never leave it but as a recovery key in your hand.")
        {
            Init(), Show(), Rotate(), Import(),
        };
        return command;

        Command Init()
        {
            var (recoveryTo, noRecovery) = RecoveryOptions();
            var verb = new Command("init", "Makes the first key. On a terminal it shows the recovery key.") { recoveryTo, noRecovery };
            verb.SetAction((parsed, _) => guard(() =>
            {
                var choice = Choice(parsed, recoveryTo, noRecovery);
                return Task.FromResult(New(parsed, choice).Init());
            }));
            return verb;
        }

        Command Show()
        {
            var to = new Option<string?>("--to") { Description = "Write it to this new file instead (0600).", HelpName = "FILE" };
            var verb = new Command("show", "Shows the recovery key on a terminal, as text and QR code, or writes it to a new file.");
            verb.Add(to);
            verb.SetAction((parsed, _) => guard(() =>
                Task.FromResult(New(parsed, new RecoveryChoice(parsed.GetValue(to))).Show())));
            return verb;
        }

        Command Rotate()
        {
            var (recoveryTo, noRecovery) = RecoveryOptions();
            var verb = new Command("rotate", "Makes a new key for all further backups. The old one stays, to read what it sealed.")
            {
                recoveryTo, noRecovery,
            };
            verb.SetAction((parsed, _) => guard(() =>
                Task.FromResult(New(parsed, Choice(parsed, recoveryTo, noRecovery)).Rotate())));
            return verb;
        }

        Command Import()
        {
            var file = new Argument<string>("FILE") { Description = "A file with a recovery key; - is standard input." };
            var verb = new Command("import", "Adds a recovery key: on a new machine, or to read what another key sealed.") { file };
            verb.SetAction((parsed, _) => guard(() =>
            {
                var key = RecoveryKeyInput.Read("key import", parsed.GetValue(file)!, around);
                return Task.FromResult(New(parsed, new RecoveryChoice()).Import(key));
            }));
            return verb;
        }

        KeyActions New(ParseResult parsed, RecoveryChoice choice) => new(
            parsed.GetValue(common.State)!, choice, parsed.GetValue(common.Json), around);
    }

    private static (Option<string?> To, Option<bool> None) RecoveryOptions() =>
        (new Option<string?>("--recovery-to") { Description = "Write the recovery key to this new file (0600).", HelpName = "FILE" },
            new Option<bool>("--no-recovery") { Description = "Keep no recovery key: with this host its backups are lost." });

    private static RecoveryChoice Choice(ParseResult parsed, Option<string?> to, Option<bool> none)
    {
        var choice = new RecoveryChoice(parsed.GetValue(to), parsed.GetValue(none));
        return choice is { To: not null, None: true }
            ? throw new VerbFailedException(ExitCode.Usage, "give --recovery-to or --no-recovery, not both") : choice;
    }
}

/// <summary>What the owner said about a recovery key: to a new file, none, or nothing.</summary>
internal sealed record RecoveryChoice(string? To = null, bool None = false);

/// <summary>What the key verbs do to STATE/backup.keys.</summary>
internal sealed class KeyActions(string statePath, RecoveryChoice choice, bool json, AgentSurroundings around)
{
    private readonly BackupKeyFile _file = new(StateFolder.OpenOrCreate(statePath).BackupKeysPath);

    public int Init()
    {
        if (_file.Read() is { } existing)
        {
            using (existing)
                throw new VerbFailedException(ExitCode.Failed, $"this host has a backup key already ({existing.Newest.Key.KeyId}); "
                    + "key show gives its recovery key, key rotate makes a new one");
        }
        using var ring = new MasterRing([new StoredMaster(MasterKey.Draw(around.RandomBytes), RecoveryConfirmation.Unconfirmed)]);
        return Keep(ring, "made");
    }

    public int Rotate()
    {
        using var before = Existing();
        var ring = before.WithNewest(new StoredMaster(MasterKey.Draw(around.RandomBytes),
            // Whoever wanted no copy of the first key is not asked again.
            before.Newest.Recovery == RecoveryConfirmation.Declined ? RecoveryConfirmation.Declined : RecoveryConfirmation.Unconfirmed));
        using (ring.Newest.Key) return Keep(ring, "made");
    }

    public int Show()
    {
        using var ring = Existing();
        if (choice.To is null && !around.IsTerminal)
            throw new VerbFailedException(ExitCode.Usage, "a recovery key is shown on a terminal only; name a new file with --to FILE");
        return Hand(ring, "shown");
    }

    public int Import(MasterKey key)
    {
        using var _ = key;
        using var before = _file.Read();
        // Whoever brings a key has it.
        var master = new StoredMaster(key, RecoveryConfirmation.Confirmed);
        var known = before?.Masters.Any(one => one.Key.KeyId == key.KeyId) ?? false;
        var ring = before switch
        {
            null => new MasterRing([master]),
            _ when known => before.With(key.KeyId, RecoveryConfirmation.Confirmed),
            _ => before.WithOlder(master),
        };
        _file.Write(ring);
        Say(ring, known ? "confirmed" : "imported", known ? $"The key {key.KeyId} was here already; you have its recovery key."
            : before is null ? $"The key {key.KeyId} is this host's backup key now."
            : $"The key {key.KeyId} opens backups from now on; new ones are sealed under {ring.Newest.Key.KeyId} as before.");
        return ExitCode.Done;
    }

    private MasterRing Existing() => _file.Read()
        ?? throw new VerbFailedException(ExitCode.Failed, "this host has no backup key yet; make one with hostatlas-agent key init, or "
            + "bring one with key import FILE");

    // The owner's file first: a key without the copy that was asked for would look like one whose copy exists.
    private int Keep(MasterRing ring, string done)
    {
        if (choice.To is null)
        {
            var none = choice.None || ring.Newest.Recovery == RecoveryConfirmation.Declined;
            ring = ring.With(ring.Newest.Key.KeyId, none ? RecoveryConfirmation.Declined : RecoveryConfirmation.Unconfirmed);
            _file.Write(ring);
            if (none || !around.IsTerminal)
            {
                Say(ring, done, none
                    ? $"The key {ring.Newest.Key.KeyId} is made, without a recovery key: when this host is lost, so are its backups."
                    : $"The key {ring.Newest.Key.KeyId} is made. Its recovery key is shown on a terminal only: run key show there, or key "
                        + "show --to FILE. Until you have it no first backup is made.");
                return ExitCode.Done;
            }
        }
        return Hand(ring, done);
    }

    private int Hand(MasterRing ring, string done)
    {
        var id = ring.Newest.Key.KeyId;
        if (choice.To is { } path)
        {
            RecoveryKeyOutput.ToNewFile(ring.Newest.Key, done == "shown" ? "--to" : "--recovery-to", path);
            try
            {
                ring = ring.With(id, RecoveryConfirmation.Written);
                _file.Write(ring);
            }
            catch (Exception fault) when (done != "shown" && fault is IOException or UnauthorizedAccessException)
            {
                // The key was not kept, so its copy would open nothing.
                File.Delete(path);
                throw;
            }
            Say(ring, done, $"The recovery key of {id} is in {path}. Take it to another place than this host.");
            return ExitCode.Done;
        }
        var confirmed = RecoveryKeyOutput.ShowAndConfirm(ring.Newest.Key, around);
        if (confirmed)
        {
            ring = ring.With(id, RecoveryConfirmation.Confirmed);
            _file.Write(ring);
        }
        Say(ring, done, confirmed ? $"The recovery key of {id} is confirmed."
            : $"The recovery key of {id} is not confirmed; run key show when you are ready. Until then no first backup is made.");
        return ExitCode.Done;
    }

    private void Say(MasterRing ring, string done, string text)
    {
        if (!json)
        {
            around.Out.WriteLine(text);
            return;
        }
        around.Out.WriteLine(JsonLine.Of(writer =>
        {
            writer.WriteString("result", done);
            writer.WriteString("keyId", ring.Newest.Key.KeyId.ToString());
            writer.WriteString("recovery", ring.Newest.Recovery.ToString().ToLowerInvariant());
            writer.WriteNumber("keys", ring.Masters.Count);
        }));
    }
}
