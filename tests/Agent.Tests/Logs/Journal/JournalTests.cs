using System.Text;
using System.Threading.Channels;
using HostAtlas.Agent.Logs.Cursors;
using HostAtlas.Agent.Logs.Journal;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Agent.Tests.Logs.Journal;

/// <summary>A real journal, made by systemd-journal-remote and read by the real journalctl.</summary>
public sealed class JournalTests : IDisposable
{
    private const string Boot = "0123456789abcdef0123456789abcdef";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly TempFolder _folder = new();
    private readonly List<byte> _exported = [];
    private int _number;

    [Fact]
    public async Task Entries_become_lines_of_their_unit_and_a_position_goes_on_behind_the_last()
    {
        Add("sshd.service", "Accepted password for root\nsecond line password=hunter2-and-more"u8);
        Add("cron.service", [.. "bytes "u8, 0xFF, .. " that are no text"u8]);
        Add("init.scope", "Started it"u8, "UNIT=app.service");
        await WriteAsync();
        using var host = new LogHost();
        await ReadAsync(host);
        Assert.Equal(
        [
            ("journald:sshd.service", "Accepted password for root"), ("journald:sshd.service", "second line password=[FILTERED]"),
            ("journald:cron.service", "bytes \uFFFD that are no text"), ("journald:app.service", "Started it"),
        ], host.Lines().Select(l => (l.Source, l.Text)));
        Assert.Equal(1_764_000_001_000, host.Lines()[0].At);

        // Killed: what is in the spool is not read again, what came meanwhile is.
        host.Restart();
        Add("sshd.service", "after the restart"u8);
        await WriteAsync();
        await ReadAsync(host);
        Assert.Equal(5, host.Lines().Count);
        Assert.Equal("after the restart", host.Texts()[^1]);
    }

    [Fact]
    public async Task An_entry_of_which_only_some_lines_were_spooled_gives_the_others()
    {
        Add("app.service", "one\ntwo\nthree"u8);
        Add("app.service", "four"u8);
        await WriteAsync();
        for (var cut = 1; cut < 600; cut += 60)
        {
            using var host = new LogHost();
            host.Poll();
            await ReadAsync(host, beforeTurn: host.Save);
            host.RestartTorn(cut);
            await ReadAsync(host);
            Assert.Equal(["one", "two", "three", "four"], host.Texts());
        }
    }

    [Fact]
    public async Task A_key_in_one_unit_stays_hidden_when_another_writes_in_between_and_the_process_dies()
    {
        // The block's first line is left out by the rate, so that no record of its own tells of the block.
        using var host = new LogHost(options: new() { LinesPerSecond = 1 });
        for (var i = 0; i < 10; i++) Add("app.service", Encoding.UTF8.GetBytes($"fill {i}"));
        Add("app.service", "-----BEGIN PRIVATE KEY-----"u8);
        Add("other.service", "something else"u8);
        await WriteAsync();
        await ReadAsync(host);
        Assert.Equal("something else", host.Texts()[^1]);
        host.Restart();
        Add("app.service", "c2VjcmV0IGtleSBtYXRlcmlhbA"u8);
        await WriteAsync();
        await ReadAsync(host, afterSeconds: 30);
        Assert.Equal("[FILTERED]", host.Texts()[^1]);
        Assert.Contains("1 line of journald:app.service left out by the rate limit", host.Texts());
    }

    [Fact]
    public async Task The_child_follows_restarts_and_ends_with_the_agent()
    {
        Add("app.service", "first"u8);
        await WriteAsync();
        var child = new JournalProcess(Command(["app.service"]), TimeProvider.System, () => 0);
        using var stop = new CancellationTokenSource(Limit);
        var running = child.RunAsync(null, stop.Token);
        Assert.Equal("first", Encoding.UTF8.GetString((await child.Entries.ReadAsync(stop.Token)).Message));
        await stop.CancelAsync();
        await running;
        Assert.True(child.Entries.Completion.IsCompleted);

        var absent = new JournalProcess(new JournalCommand(null, [], []), TimeProvider.System, () => 0);
        using var again = new CancellationTokenSource(Limit);
        running = absent.RunAsync(null, again.Token);
        await Poll.UntilAsync("the fault", Limit, () => Task.FromResult(absent.Fault is not null));
        Assert.Contains("there is no journalctl", absent.Fault, StringComparison.Ordinal);
        await again.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_unit_that_was_silent_when_the_agent_began_is_heard_with_its_first_entry()
    {
        Add("other.service", "is there"u8);
        await WriteAsync();
        var child = new JournalProcess(Command(["app.service"]), TimeProvider.System, () => 0);
        using var stop = new CancellationTokenSource(Limit);
        var running = child.RunAsync(null, stop.Token);
        await Poll.UntilAsync("journalctl that follows", Limit, () => Task.FromResult(IsFollowed()));
        Add("app.service", "first"u8);
        await WriteAsync();
        Assert.Equal("first", Encoding.UTF8.GetString((await child.Entries.ReadAsync(stop.Token)).Message));
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task What_a_follower_does_not_hear_is_found_after_five_quiet_minutes()
    {
        Add("app.service", "first"u8);
        await WriteAsync();
        var time = new SimulatedTime(DateTimeOffset.UnixEpoch);
        // Deaf: it follows another journal, as one does that takes a container's boot for over.
        var journalctl = _folder.File("journalctl");
        await File.WriteAllTextAsync(journalctl, $"""
            #!/bin/sh
            case "$*" in *--follow*) touch {_folder.File("follows")}; exec sleep 60 ;; esac
            exec /usr/bin/journalctl "$@"
            """);
        File.SetUnixFileMode(journalctl, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var child = new JournalProcess(Command(["app.service"]) with { Program = journalctl }, time, () => 0);
        using var stop = new CancellationTokenSource(Limit);
        var running = child.RunAsync(null, stop.Token);
        Assert.Equal("first", Encoding.UTF8.GetString((await child.Entries.ReadAsync(stop.Token)).Message));
        await Poll.UntilAsync("a deaf follower", Limit, () => Task.FromResult(File.Exists(_folder.File("follows"))));
        Add("app.service", "second"u8);
        await WriteAsync();
        time.AdvanceToNext();
        Assert.Equal("second", Encoding.UTF8.GetString((await child.Entries.ReadAsync(stop.Token)).Message));
        await stop.CancelAsync();
        await running;
    }

    [Theory]
    [InlineData("""{"__CURSOR":"c","MESSAGE":null,"_SYSTEMD_UNIT":"a.service"}""", "journald:a.service", "[FILTERED]")]
    [InlineData("""{"__CURSOR":"c","MESSAGE":[97,10,255],"_TRANSPORT":"kernel"}""", "journald:kernel", "a\n\uFFFD")]
    [InlineData("""{"__CURSOR":"c","MESSAGE":["a","b"],"SYSLOG_IDENTIFIER":"su"}""", "journald:su", "a\nb")]
    [InlineData("""{"__CURSOR":"c","_SYSTEMD_UNIT":"a.service","UNIT":"b.service"}""", "journald:a.service", "")]
    [InlineData("""{"__CURSOR":"c","MESSAGE":7}""", "journald:other", "")]
    public void Any_form_of_a_message_is_read(string json, string source, string message)
    {
        var entry = JournalEntry.Parse(Encoding.UTF8.GetBytes(json))!;
        Assert.Equal((source, message), (entry.Source, Encoding.UTF8.GetString(entry.Message)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"MESSAGE":"x"}""")]
    [InlineData("""{"__CURSOR":7}""")]
    public void What_is_no_entry_is_passed_over(string json) => Assert.Null(JournalEntry.Parse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public async Task An_entry_beyond_all_bounds_is_replaced_and_the_next_is_read()
    {
        var huge = $"{{\"MESSAGE\":\"{new string('x', 3 << 20)}\",\"__CURSOR\":\"huge\"}}\n{{\"__CURSOR\":\"next\",\"MESSAGE\":\"y\"}}\n";
        var lines = new JournalLines(new MemoryStream(Encoding.UTF8.GetBytes(huge)));
        var first = (await lines.NextAsync(CancellationToken.None))!;
        Assert.Equal(("huge", "[FILTERED]"), (first.Cursor, Encoding.UTF8.GetString(first.Message)));
        Assert.Equal("next", (await lines.NextAsync(CancellationToken.None))!.Cursor);
        Assert.Null(await lines.NextAsync(CancellationToken.None));
    }

    [Fact]
    public void It_is_asked_for_what_lies_behind_a_position_and_for_an_entry_that_is_not_whole_once_more()
    {
        var command = Command(["a.service"]);
        Assert.Contains("--after-cursor=c", command.Arguments(new JournalPosition("c", JournalPosition.Whole), 9, isFollowing: true));
        Assert.Contains("--cursor=c", command.Arguments(new JournalPosition("c", 1), 9, isFollowing: true));
        Assert.Contains("--no-tail", command.Arguments(new JournalPosition("c", 1), 9, isFollowing: true));
        Assert.Contains("--lines=9", command.Arguments(null, 9, isFollowing: false));
        Assert.Contains("--no-tail", command.Arguments(null, null, isFollowing: true));
        Assert.Contains("--unit=a.service", command.Arguments(null, 9, isFollowing: false));
    }

    public void Dispose() => _folder.Dispose();

    private string Journal => _folder.File("j.journal");

    private JournalCommand Command(IReadOnlyList<string> units) => JournalCommand.OfThisHost(units) with { From = [$"--file={Journal}"] };

    // Whether a process follows this test's journal, and waits at its end. With --lines it would never hear of a unit that journald itself
    // has not heard of yet (systemd 252; a journal made by systemd-journal-remote does not show that).
    private bool IsFollowed() => Directory.EnumerateDirectories("/proc").Any(process =>
    {
        try
        {
            return int.TryParse(Path.GetFileName(process), out _)
                && File.ReadAllText($"{process}/cmdline").Split('\0') is { } words && words.Contains($"--file={Journal}")
                && words.Contains("--follow") && !words.Any(word => word.StartsWith("--lines", StringComparison.Ordinal))
                && File.ReadAllText($"{process}/wchan").Contains("poll", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // It ended meanwhile.
        }
    });

    // The journal export format: https://systemd.io/JOURNAL_EXPORT_FORMATS
    private void Add(string unit, ReadOnlySpan<byte> message, string more = "_TRANSPORT=stdout")
    {
        _number++;
        var head = $"__REALTIME_TIMESTAMP={1_764_000_000_000_000 + (_number * 1_000_000L)}\n__MONOTONIC_TIMESTAMP={_number * 1_000_000}\n"
            + $"_BOOT_ID={Boot}\n_SYSTEMD_UNIT={unit}\n{more}\nMESSAGE\n";
        _exported.AddRange(Encoding.UTF8.GetBytes(head));
        _exported.AddRange(BitConverter.GetBytes((long)message.Length));
        _exported.AddRange(message);
        _exported.AddRange("\n\n"u8);
    }

    private async Task WriteAsync()
    {
        File.WriteAllBytes(_folder.File("export"), [.. _exported]);
        var made = await ChildProcess.RunAsync("/lib/systemd/systemd-journal-remote", ["-o", Journal, _folder.File("export")], Limit);
        Assert.Equal(0, made.ExitCode);
        _exported.Clear();
    }

    private async Task ReadAsync(LogHost host, double afterSeconds = 1, Action? beforeTurn = null)
    {
        _ = host.Reading;
        var entries = Channel.CreateUnbounded<JournalEntry>();
        await foreach (var entry in Command([]).ReadAsync(host.Cursors.Journal, 1_000, isFollowing: false, CancellationToken.None))
            await entries.Writer.WriteAsync(entry);
        beforeTurn?.Invoke();
        host.Poll(afterSeconds, entries.Reader);
    }
}
