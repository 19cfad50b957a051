using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Logs;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Status;
using HostAtlas.Agent.Tests.CommandLine;
using HostAtlas.Agent.Tests.Platform;
using HostAtlas.Shared.Wire;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.Agent.Tests.Logs;

/// <summary>The real process with logs, against a real TLS server.</summary>
public sealed class LogRunTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly string Token = TestTokens.Agent();
    private readonly AgentUnderTest _agent = new();
    private readonly TestAuthority _authority = new();
    private TestPlatform _platform = null!;

    [Fact]
    public async Task Killed_at_any_moment_between_rotations_it_sends_each_line_once()
    {
        // The platform takes batches and loses a third of its answers.
        var turn = 0;
        _platform.RefuseLines = (batch, context) =>
        {
            if (Interlocked.Increment(ref turn) % 3 != 0) return Task.FromResult(false);
            _platform.Store(batch);
            context.Abort();
            return Task.FromResult(true);
        };
        var random = new Random(7);
        var written = new List<string>();
        for (var round = 0; round < 5; round++)
        {
            await using var process = Start();
            var seen = _platform.Lines.Count;
            for (var i = 0; i < 4; i++)
            {
                Write(written, random.Next(1, 800));
                if (round > 0 && i % 2 == 0) Rotate(byCopy: random.Next(2) == 0, compress: random.Next(2) == 0);
                await Poll.UntilAsync("lines on their way", Limit, () => Task.FromResult(_platform.Lines.Count > seen));
            }
            await process.KillAsync();
            Write(written, random.Next(1, 300));
        }
        _platform.RefuseLines = null;
        await using (var process = Start())
        {
            await Poll.UntilAsync("all lines", Limit, () => Task.FromResult(_platform.Lines.Count >= written.Count));
            await Poll.UntilAsync("an empty spool", Limit, () => Task.FromResult(
                ReportSpool.Inspect(Path.Combine(_agent.State, "logs", "spool"), 1)!.Reports == 0));
            Assert.Equal(0, (await process.TerminateAsync(TimeSpan.FromSeconds(20))).ExitCode);
        }
        Assert.Equal(written.Order(StringComparer.Ordinal), _platform.Lines.Values.Select(l => l.Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task No_secret_of_a_log_is_sent_or_written_to_the_disk_and_a_key_block_stays_hidden_behind_a_kill()
    {
        const string secret = "correct-horse-battery-9", keyLine = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7";
        _platform.RefuseLines = (_, context) => TestPlatform.ProblemAsync(context, 503, ProblemSlug.EngineBusy, retryAfterSeconds: 1);
        await using (var process = Start())
        {
            File.AppendAllText(Log, $"login password={secret} ok\n-----BEGIN PRIVATE KEY-----\n{keyLine}\n");
            await Poll.UntilAsync("lines in the spool", Limit, () => Task.FromResult(
                ReportSpool.Inspect(Path.Combine(_agent.State, "logs", "spool"), 1)?.Reports >= 3));
            await process.KillAsync();
        }
        _platform.RefuseLines = null;
        await using (var process = Start())
        {
            File.AppendAllText(Log, $"{keyLine}\n-----END PRIVATE KEY-----\nall is well\n");
            await Poll.UntilAsync("the last line", Limit, () => Task.FromResult(
                _platform.Lines.Values.Any(l => l.Text == "all is well")));
            await process.TerminateAsync(TimeSpan.FromSeconds(20));
        }
        Assert.Equal(["login password=[FILTERED] ok", "[FILTERED]", "[FILTERED]", "[FILTERED]", "[FILTERED]", "all is well"],
            _platform.LinesInOrder.Select(l => l.Text));
        foreach (var file in Directory.EnumerateFiles(_agent.State, "*", SearchOption.AllDirectories))
        {
            var content = await File.ReadAllBytesAsync(file);
            Assert.Equal(-1, content.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(secret)));
            Assert.Equal(-1, content.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(keyLine)));
        }
    }

    [Fact]
    public async Task A_log_that_is_written_at_full_speed_takes_no_report_from_its_tick_and_no_memory()
    {
        await using var process = Start();
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            var block = string.Concat(Enumerable.Range(0, 4_000).Select(i => $"2026-11-25 12:00:00 worker {i} has done its work\n"));
            var bytes = 0L;
            while (!stop.IsCancellationRequested)
            {
                File.AppendAllText(Log, block);
                bytes += block.Length;
                // The disk of the machine that tests is not the matter.
                if (bytes % (64L << 20) < block.Length) File.WriteAllText(Log, "");
                await Task.Yield();
            }
            return bytes;
        });
        await Poll.UntilAsync("reports beside the flood", Limit, () => Task.FromResult(_platform.Stored.Count >= 5));
        var resident = ProcessFigures.ResidentBytes(process.Id);
        await stop.CancelAsync();
        Assert.True(await writing > 8 << 20);
        await Poll.UntilAsync("what was left out", Limit, () => Task.FromResult(
            _platform.Lines.Values.Any(l => l.Text.EndsWith($" lines of {Log} left out by the rate limit", StringComparison.Ordinal))));
        // A report a second; a generous bound, since the machine that tests may be slow by itself.
        var times = _platform.Stored.Keys.Select(k => k.At).Order().ToList();
        Assert.All(times.Skip(2).Zip(times.Skip(1)), pair => Assert.InRange(pair.First - pair.Second, 1, 10_000));
        Assert.InRange(resident, 1, 200L << 20);
    }

    [Fact]
    public async Task What_cannot_be_read_is_a_fault_in_the_status_with_what_to_do()
    {
        var link = Path.Combine(Path.GetDirectoryName(Log)!, "link.log");
        File.CreateSymbolicLink(link, "/etc/hostname");
        var config = await File.ReadAllTextAsync(_agent.Config);
        await File.WriteAllTextAsync(_agent.Config, config.Replace("files = [", $"files = [\"{link}\", ", StringComparison.Ordinal));
        await using var process = Start();
        var state = StateFolder.OpenOrCreate(_agent.State);
        await Poll.UntilAsync("the fault", Limit, () => Task.FromResult(
            AgentStatus.Load(state.StatusPath)?.Logs?.Faults.Any(f => f.StartsWith(link, StringComparison.Ordinal)) == true));
        Assert.Equal(1, await _agent.RunAsync(["status"]));
        Assert.Contains("it is a link; name the file it points to", _agent.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(_platform.Lines.Values, line => line.Source == link);
    }

    public async Task InitializeAsync()
    {
        _platform = await TestPlatform.StartAsync(_authority.Sign());
        _platform.Tokens[Token] = true;
        var ca = _agent.File("ca.pem");
        await File.WriteAllTextAsync(ca, _authority.Pem);
        Directory.CreateDirectory(Path.GetDirectoryName(Log)!);
        await File.WriteAllTextAsync(Log, "");
        await File.WriteAllTextAsync(_agent.Config, $"url = \"{_platform.Url.ToString().TrimEnd('/')}\"\nca = \"{ca}\"\ninterval = \"1s\"\n"
            + $"[logs]\nfiles = [\"{Path.GetDirectoryName(Log)}/*.log\"]\nlines_per_second = 2000\n");
        StateFolder.OpenOrCreate(_agent.State).WriteToken(TestTokens.Parsed());
    }

    public async Task DisposeAsync()
    {
        await _platform.DisposeAsync();
        _agent.Dispose();
    }

    private string Log => Path.Combine(_agent.File("logs"), "app.log");

    private ChildProcess Start() => ChildProcess.StartAssembly("Agent", ["run", "--config", _agent.Config, "--state", _agent.State]);

    private void Write(List<string> written, int lines)
    {
        var from = written.Count;
        for (var i = 0; i < lines; i++) written.Add($"line {from + i} of the log");
        File.AppendAllLines(Log, written.Skip(from));
    }

    private void Rotate(bool byCopy, bool compress)
    {
        for (var number = 40; number > 0; number--)
        {
            foreach (var extension in new[] { "", ".gz" })
                if (File.Exists($"{Log}.{number}{extension}")) File.Move($"{Log}.{number}{extension}", $"{Log}.{number + 1}{extension}");
        }
        if (byCopy)
        {
            File.Copy(Log, $"{Log}.1");
            using var stream = new FileStream(Log, FileMode.Open);
            stream.SetLength(0);
        }
        else
        {
            File.Move(Log, $"{Log}.1");
            File.WriteAllText(Log, "");
        }
        if (!compress) return;
        using var gzip = System.Diagnostics.Process.Start("gzip", $"{Log}.1");
        gzip.WaitForExit();
    }
}
