using HostAtlas.Agent.Redaction;

namespace HostAtlas.Agent.Tests.Logs.Files;

public sealed class FileTailTests : IDisposable
{
    private readonly LogHost _host = new();

    [Fact]
    public void A_line_waits_for_its_end_and_is_sent_in_two_parts_when_it_does_not_come()
    {
        _host.Write("app.log", "one\ntwo is ");
        _host.Poll();
        _host.Poll(9);
        Assert.Equal(["one"], _host.Texts());
        _host.Poll(2);
        Assert.Equal(["one", "two is "], _host.Texts());
        _host.Restart();
        _host.Write("app.log", "long\nthree\n");
        _host.Poll();
        Assert.Equal(["one", "two is ", "long", "three"], _host.Texts());
    }

    [Fact]
    public void A_secret_across_the_cut_of_a_late_line_is_hidden_also_behind_a_restart()
    {
        _host.Write("app.log", "with token=AbCd1234");
        _host.Poll();
        _host.Poll(11);
        _host.Restart();
        _host.Write("app.log", "EfGh5678IjKl then\n");
        _host.Poll();
        Assert.Equal(["with token=[FILTERED]", " then"], _host.Texts());
    }

    [Theory]
    [InlineData(Redactor.MostBytes + 1)]
    [InlineData(1_000_000)]
    public void A_line_that_is_too_long_is_replaced_whole(int length)
    {
        _host.Write("app.log", "before\n");
        _host.Poll();
        _host.Write("app.log", new string('x', length / 2));
        _host.Poll();
        _host.Write("app.log", new string('y', length - (length / 2)) + "\nafter\n");
        _host.Poll();
        Assert.Equal(["before", "[FILTERED]", "after"], _host.Texts());
    }

    [Fact]
    public void A_key_that_begins_in_a_line_that_is_too_long_hides_what_follows()
    {
        _host.Write("app.log", "");
        _host.Poll();
        _host.Write("app.log", $"{new string('x', 300_000)}-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\nafter\n");
        _host.Poll();
        Assert.Equal(["[FILTERED]", "[FILTERED]", "[FILTERED]", "after"], _host.Texts());
    }

    [Fact]
    public void A_key_that_lies_across_a_rotation_stays_hidden_also_behind_a_kill()
    {
        _host.Write("app.log", "-----BEGIN PRIVATE KEY-----\n");
        _host.Poll();
        _host.Restart();
        File.Move(_host.Path("app.log"), _host.Path("app.log.1"));
        _host.Write("app.log", "c2VjcmV0IGtleQ\n-----END PRIVATE KEY-----\nafter\n");
        _host.Poll();
        Assert.Equal(["[FILTERED]", "[FILTERED]", "[FILTERED]", "after"], _host.Texts());
    }

    [Fact]
    public void What_is_no_text_becomes_text_and_line_ends_of_other_systems_go()
    {
        File.WriteAllBytes(_host.Path("app.log"), [.. "\0\0a\r\n\n"u8, 0xC3, 0x28, .. "b\0\n"u8]);
        _host.Poll();
        Assert.Equal(["a", "\uFFFD(b\0"], _host.Texts());
    }

    [Fact]
    public void Of_a_large_file_that_lay_there_before_only_the_end_is_read_and_of_a_later_one_all()
    {
        var line = new string('z', 99);
        _host.Write("old.log", string.Concat(Enumerable.Repeat(line + "\n", 10_000)));
        _host.Poll();
        Assert.InRange(_host.Texts().Count, 2_000, 2_700);
        Assert.All(_host.Texts(), text => Assert.Equal(line, text));
        var before = _host.Texts().Count;
        _host.Write("new.log", string.Concat(Enumerable.Range(0, 2_000).Select(i => $"{i} {new string('n', 200)}\n")));
        _host.Poll(6);
        Assert.Equal(2_000, _host.Texts().Count - before);
    }

    [Fact]
    public void What_a_rotation_left_is_no_log_of_its_own()
    {
        _host.Dispose();
        using var host = new LogHost("app*");
        host.Write("app.log", "one\n");
        host.Write("app.log.1", "old\n");
        host.Write("app.log.2.gz", "none");
        host.Write("app-20261124.log", "older\n");
        host.Write("app-error.log", "another\n");
        host.Poll();
        Assert.Equal(["another", "one"], host.Texts().Order(StringComparer.Ordinal));
        host.Shift("app.log");
        File.Move(host.Path("app.log"), host.Path("app.log.1"));
        host.Write("app.log", "two\n");
        host.Poll(6);
        host.Compress("app.log.1");
        host.Poll(6);
        Assert.Equal(["another", "one", "two"], host.Texts().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_link_is_followed()
    {
        File.WriteAllText(_host.Path("target"), "secret of another\n");
        File.CreateSymbolicLink(_host.Path("app.log"), _host.Path("target"));
        _host.Poll();
        File.Delete(_host.Path("app.log"));
        _host.Write("app.log", "one\n");
        _host.Poll(6);
        File.Delete(_host.Path("app.log"));
        File.CreateSymbolicLink(_host.Path("app.log"), _host.Path("target"));
        _host.Poll(6);
        Assert.Equal(["one"], _host.Texts());
    }

    [Fact]
    public void A_source_beyond_its_rate_has_a_gap_that_is_counted_and_others_are_not_touched()
    {
        _host.Dispose();
        using var host = new LogHost(options: new() { LinesPerSecond = 10 });
        host.Write("loud.log", string.Concat(Enumerable.Range(0, 1_000).Select(i => $"loud {i}\n")));
        host.Write("still.log", "still\n");
        host.Poll(0);
        Assert.Equal(100, host.Lines().Count(l => l.Source == host.Path("loud.log")));
        Assert.Contains("still", host.Texts());
        host.Poll(2);
        Assert.Equal($"900 lines of {host.Path("loud.log")} left out by the rate limit", host.Texts()[^1]);
        host.Write("loud.log", "again\n");
        host.Poll();
        Assert.Equal("again", host.Texts()[^1]);
        Assert.Equal(900, host.Reading.LeftOut);
    }

    [Fact]
    public void A_full_spool_drops_the_oldest_and_a_line_tells_of_it_once_there_is_room()
    {
        _host.Dispose();
        using var host = new LogHost(options: new() { LinesPerSecond = 100_000, SpoolMaxBytes = 1 << 20 });
        var line = new string('f', 1_000);
        host.Write("app.log", "");
        host.Poll();
        host.Write("app.log", string.Concat(Enumerable.Range(0, 3_000).Select(i => $"{i} {line}\n")));
        host.Poll();
        var level = host.Spool.Level;
        Assert.InRange(level.Bytes, 1, 1 << 20);
        Assert.Equal(3_000, level.Reports + level.Gap.Reports);
        while (host.Spool.NextBatch() is { } batch) host.Spool.Acknowledge(batch);
        host.Poll();
        host.Restart();
        host.Poll();
        var told = Assert.Single(host.Lines(), l => l.Source == "hostatlas-agent");
        Assert.StartsWith($"{level.Gap.Reports} lines of all sources up to ", told.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disk_that_refuses_loses_and_repeats_nothing()
    {
        _host.Write("app.log", "one\n");
        _host.Poll();
        var plan = System.IO.Path.Combine(_host.State, "cursors.new");
        // A folder in its place: the file cannot be written.
        Directory.CreateDirectory(plan);
        _host.Write("later.log", string.Concat(Enumerable.Range(0, 5_000).Select(i => $"later {i}\n")));
        Assert.ThrowsAny<SystemException>(() => _host.Poll(6));
        Directory.Delete(plan);
        _host.Poll();
        Assert.Equal(5_001, _host.Texts().Distinct().Count());
        Assert.Equal(5_001, _host.Texts().Count);
    }

    public void Dispose() => _host.Dispose();
}
