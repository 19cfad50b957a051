using System.Text;
using System.Text.Json;
using HostAtlas.Agent.Backup.Keys;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Tests.CommandLine;

namespace HostAtlas.Agent.Tests.Backup.Keys;

public sealed class KeyVerbTests : IDisposable
{
    private readonly AgentUnderTest _agent = new();

    private string KeysPath => Path.Combine(_agent.State, "backup.keys");

    private string Everything => _agent.Output + _agent.Errors;

    [Fact]
    public async Task A_key_whose_recovery_key_went_to_a_file_is_ready()
    {
        var file = _agent.File("recovery");
        Assert.Equal(0, await _agent.RunAsync(["key", "init", "--recovery-to", file]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeysPath));
        using var ring = Ring();
        Assert.Equal(RecoveryKeyTests.Text(ring.Newest.Key) + "\n", File.ReadAllText(file));
        Assert.Null(ring.Refusal);
        Assert.DoesNotContain("hbk_", Everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Off_a_terminal_the_key_is_made_and_not_shown_and_no_first_backup_is_made()
    {
        Assert.Equal(0, await _agent.RunAsync(["key", "init"]));
        Assert.DoesNotContain("hbk_", Everything, StringComparison.Ordinal);
        Assert.Contains("key show", _agent.Output, StringComparison.Ordinal);
        Assert.Contains("no backup is made", Refusal(), StringComparison.Ordinal);
        Assert.Equal(2, await _agent.RunAsync(["key", "show"]));
        Assert.Contains("on a terminal only", _agent.Errors, StringComparison.Ordinal);
        Assert.Equal(0, await _agent.RunAsync(["key", "show", "--to", _agent.File("later")]));
        Assert.Null(Refusal());
    }

    [Fact]
    public async Task On_a_terminal_the_key_is_shown_with_a_QR_code_and_confirmed_by_its_end()
    {
        _agent.IsTerminal = true;
        Assert.Equal(0, await _agent.RunAsync(["key", "init"], "nope\n\n"));
        Assert.Contains("That is not how it ends", _agent.Output, StringComparison.Ordinal);
        Assert.Contains("█▀", _agent.Output, StringComparison.Ordinal);
        Assert.NotNull(Refusal());
        using var ring = Ring();
        var text = RecoveryKeyTests.Text(ring.Newest.Key);
        Assert.Contains(text, _agent.Output, StringComparison.Ordinal);
        Assert.Equal(0, await _agent.RunAsync(["key", "show"], text[^4..] + "\n"));
        Assert.Null(Refusal());
    }

    [Fact]
    public async Task An_owner_who_wants_no_recovery_key_has_none_also_after_a_rotation()
    {
        Assert.Equal(0, await _agent.RunAsync(["key", "init", "--no-recovery"]));
        Assert.Null(Refusal());
        Assert.Equal(0, await _agent.RunAsync(["key", "rotate"]));
        using var ring = Ring();
        Assert.Equal([RecoveryConfirmation.Declined, RecoveryConfirmation.Declined], ring.Masters.Select(master => master.Recovery));
        Assert.Null(ring.Warning);
    }

    [Fact]
    public async Task A_rotation_puts_a_new_key_before_the_old_ones()
    {
        await _agent.RunAsync(["key", "init", "--recovery-to", _agent.File("first")]);
        using var before = Ring();
        Assert.Equal(0, await _agent.RunAsync(["key", "rotate", "--json"]));
        using var ring = Ring();
        Assert.Equal([ring.Newest.Key.KeyId, before.Newest.Key.KeyId], ring.Masters.Select(master => master.Key.KeyId));
        Assert.NotEqual(ring.Newest.Key.KeyId, before.Newest.Key.KeyId);
        using var json = JsonDocument.Parse(_agent.Output);
        Assert.Equal(ring.Newest.Key.KeyId.ToString(), json.RootElement.GetProperty("keyId").GetString());
        Assert.Equal(2, json.RootElement.GetProperty("keys").GetInt32());
        Assert.Null(ring.Refusal);
        Assert.Contains("key show", ring.Warning, StringComparison.Ordinal);
        Assert.Equal(0, await _agent.RunAsync(["key", "rotate", "--recovery-to", _agent.File("third")]));
        using var third = Ring();
        Assert.Null(third.Warning);
    }

    [Fact]
    public async Task A_file_that_is_there_is_never_overwritten_and_then_no_key_is_made()
    {
        var file = _agent.Secret("mine", "my only copy of something");
        Assert.Equal(1, await _agent.RunAsync(["key", "init", "--recovery-to", file]));
        Assert.Equal("my only copy of something\n", File.ReadAllText(file));
        Assert.False(File.Exists(KeysPath));
        await _agent.RunAsync(["key", "init", "--no-recovery"]);
        Assert.Equal(1, await _agent.RunAsync(["key", "show", "--to", file]));
        Assert.Equal("my only copy of something\n", File.ReadAllText(file));
        Assert.Equal(1, await _agent.RunAsync(["key", "init", "--no-recovery"]));
        Assert.Contains("has a backup key already", _agent.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recovery_key_makes_a_new_machine_able_to_read()
    {
        var file = _agent.File("recovery");
        await _agent.RunAsync(["key", "init", "--recovery-to", file]);
        using var first = Ring();
        using var other = new AgentUnderTest();
        Assert.Equal(0, await other.RunAsync(["key", "import", file]));
        Assert.Equal(RecoveryKeyTests.Text(first.Newest.Key), KeyTextOf(other));
        // A second one only opens; the first still seals.
        await _agent.RunAsync(["key", "rotate"]);
        using var rotated = Ring();
        Assert.Equal(0, await other.RunAsync(["key", "import", "-"], RecoveryKeyTests.Text(rotated.Newest.Key) + "\n"));
        Assert.Equal(RecoveryKeyTests.Text(first.Newest.Key), KeyTextOf(other));
        // Bringing the key of this host proves that somebody has it.
        Assert.NotNull(rotated.Warning);
        Assert.Equal(0, await _agent.RunAsync(["key", "import", "-"], RecoveryKeyTests.Text(rotated.Newest.Key)));
        using var confirmed = Ring();
        Assert.Null(confirmed.Warning);
        Assert.DoesNotContain("hbk_", Everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistyped_recovery_key_is_not_imported()
    {
        await _agent.RunAsync(["key", "init", "--no-recovery"]);
        using var ring = Ring();
        var text = RecoveryKeyTests.Text(ring.Newest.Key);
        var wrong = text[..20] + (text[20] == 'A' ? 'B' : 'A') + text[21..];
        Assert.Equal(2, await _agent.RunAsync(["key", "import", "-"], wrong));
        Assert.Contains("one character is wrong, the 21st", _agent.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(wrong[..20], Everything, StringComparison.Ordinal);
        Assert.Equal(2, await _agent.RunAsync(["key", "import", "-"]));
        Assert.Equal(2, await _agent.RunAsync(["key", "import", "/nowhere/at/all"]));
    }

    [Fact]
    public async Task A_key_file_that_is_open_to_others_or_spoilt_is_refused()
    {
        await _agent.RunAsync(["key", "init", "--no-recovery"]);
        File.SetUnixFileMode(KeysPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Equal(2, await _agent.RunAsync(["key", "rotate"]));
        Assert.Contains("is open to other users", _agent.Errors, StringComparison.Ordinal);
        Assert.Throws<StateFaultException>(() => new BackupKeyFile(KeysPath).Read());
        File.SetUnixFileMode(KeysPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var good = File.ReadAllText(KeysPath);
        foreach (var bad in new[] { "", "x", good[..^1], good[..40], good + good.Split('\n')[1] + "\n", good.Replace("declined", "maybe"),
            "hostatlas backup keys 1\n" })
        {
            File.WriteAllText(KeysPath, bad);
            Assert.Equal(2, await _agent.RunAsync(["key", "show", "--to", _agent.File("never")]));
            Assert.Contains("does not hold backup keys", _agent.Errors, StringComparison.Ordinal);
            Assert.False(File.Exists(_agent.File("never")));
        }
    }

    [Fact]
    public void A_key_file_of_another_user_is_refused()
    {
        // Only root can give a file away; elsewhere the rule that root's own files are not another's is all there is to see.
        if (FileOwner.Own != 0)
        {
            Assert.Equal(0u, FileOwner.Of("/etc"));
            return;
        }
        using var ring = new MasterRing([new StoredMaster(new MasterKey(new byte[32]), RecoveryConfirmation.Declined)]);
        var path = _agent.File("keys");
        new BackupKeyFile(path).Write(ring);
        Assert.Equal(0, Chown(path, 12345, -1));
        var fault = Assert.Throws<StateFaultException>(() => new BackupKeyFile(path).Read());
        Assert.Contains("belongs to user 12345", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("key")]
    [InlineData("key init --recovery-to a --no-recovery")]
    [InlineData("key import")]
    [InlineData("key export")]
    public async Task Wrong_usage_ends_with_2(string line) => Assert.Equal(2, await _agent.RunAsync(line.Split(' ')));

    [Fact]
    public async Task Without_a_key_the_next_step_is_said()
    {
        Assert.Equal(1, await _agent.RunAsync(["key", "rotate"]));
        Assert.Contains("key init", _agent.Errors, StringComparison.Ordinal);
        Assert.Equal(1, await _agent.RunAsync(["key", "show", "--to", _agent.File("x")]));
    }

    public void Dispose() => _agent.Dispose();

    private MasterRing Ring() => new BackupKeyFile(KeysPath).Read()!;

    private string? Refusal()
    {
        using var ring = Ring();
        return ring.Refusal;
    }

    private static string KeyTextOf(AgentUnderTest agent)
    {
        using var ring = new BackupKeyFile(Path.Combine(agent.State, "backup.keys")).Read()!;
        return RecoveryKeyTests.Text(ring.Newest.Key);
    }

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "chown", CharSet = System.Runtime.InteropServices.CharSet.Ansi,
        BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int Chown(string path, int user, int group);
}
