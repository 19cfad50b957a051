using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using HostAtlas.Agent.Logs.Cursors;
using HostAtlas.Agent.Running;
using HostAtlas.Agent.Uplink;

namespace HostAtlas.Agent.Logs.Journal;

/// <summary>
/// journalctl as a child process, started again when it ends. It writes into a pipe and waits when nobody reads: nothing is queued here
/// but a few hundred entries.
/// </summary>
internal sealed class JournalProcess(JournalCommand command, TimeProvider time, Func<double> random)
{
    private const int Queued = 256;

    /// <summary>Of a journal that was never read: so many of its last entries.</summary>
    private const int FirstEntries = 1_000;

    /// <summary>A follower that heard nothing for so long is replaced by a look at what is there.</summary>
    private static readonly TimeSpan LongestQuiet = TimeSpan.FromMinutes(5);

    private readonly Channel<JournalEntry> _entries = Channel.CreateBounded<JournalEntry>(Queued);
    private volatile string? _fault;
    private JournalPosition? _position;

    /// <summary>Entries in their order, each once a run of journalctl.</summary>
    public ChannelReader<JournalEntry> Entries => _entries.Reader;

    /// <summary>Why it does not run; null when it does.</summary>
    public string? Fault => _fault;

    /// <summary>Reads on from a position until it is told to stop.</summary>
    public async Task RunAsync(JournalPosition? position, CancellationToken stop)
    {
        _position = position;
        try
        {
            for (var failures = 1; ; failures++)
            {
                var before = _position;
                try
                {
                    // What is there is asked for first, because journalctl 250 to 256 follows the running boot only: what came between the
                    // position and the last shutdown would be passed over, and in a container all, when the unit's /proc tells another
                    // boot's id than the container's. With --lines it would besides never hear of units that had nothing yet (252).
                    await PassOnAsync(isFollowing: false, stop);
                    _fault = null;
                    if (await PassOnAsync(isFollowing: true, stop))
                    {
                        failures = 0;
                        continue;
                    }
                    _fault = "journalctl ended";
                }
                catch (IOException exception)
                {
                    _fault = exception.Message;
                }
                if (before != _position) failures = 1;
                await Task.Delay(Backoff.Delay(failures, random()), time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The agent stops.
        }
        finally
        {
            _entries.Writer.Complete();
        }
    }

    // The entries behind the position, until journalctl ends (false) or, when it follows, until none came for a while (true).
    private async Task<bool> PassOnAsync(bool isFollowing, CancellationToken stop)
    {
        using var quiet = new CancellationTokenSource(isFollowing ? LongestQuiet : Timeout.InfiniteTimeSpan, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(quiet.Token, stop);
        try
        {
            await foreach (var entry in command.ReadAsync(_position, isFollowing ? null : FirstEntries, isFollowing, either.Token))
            {
                quiet.CancelAfter(Timeout.InfiniteTimeSpan);
                await _entries.Writer.WriteAsync(entry, stop);
                _position = new JournalPosition(entry.Cursor, JournalPosition.Whole);
                if (isFollowing) quiet.CancelAfter(LongestQuiet);
            }
            return false;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return true;
        }
    }
}

/// <summary>How journalctl is called.</summary>
/// <param name="Program">Its absolute path; null: it is not on this host.</param>
/// <param name="Units">Which units; empty: all.</param>
/// <param name="From">Which journal, e.g. <c>--directory=…</c>; empty: this host's.</param>
internal sealed record JournalCommand(string? Program, IReadOnlyList<string> Units, IReadOnlyList<string> From)
{
    private static readonly string[] Places = ["/usr/bin/journalctl", "/bin/journalctl"];

    /// <summary>This host's journal.</summary>
    public static JournalCommand OfThisHost(IReadOnlyList<string> units) => new(Places.FirstOrDefault(File.Exists), units, []);

    /// <summary>Runs it and gives the entries behind a position.</summary>
    /// <param name="position">Where it was read to; null: nothing was read yet.</param>
    /// <param name="firstEntries">Without a position: so many of the last ones; null: from the first on.</param>
    /// <param name="isFollowing">Waits for more at the end.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="IOException">It does not start, or ended with an error.</exception>
    public async IAsyncEnumerable<JournalEntry> ReadAsync(JournalPosition? position, int? firstEntries, bool isFollowing,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        using var process = Start(position, firstEntries, isFollowing);
        var words = process.StandardError.ReadToEndAsync(stop);
        try
        {
            var lines = new JournalLines(process.StandardOutput.BaseStream);
            while (await lines.NextAsync(stop) is { } entry) yield return entry;
            await process.WaitForExitAsync(stop);
            if (process.ExitCode != 0)
                throw new IOException($"journalctl ended with {process.ExitCode}: {Line(await words)}");
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    /// <summary>Its arguments. An entry of which only some lines are spooled is asked for once more.</summary>
    public IReadOnlyList<string> Arguments(JournalPosition? position, int? firstEntries, bool isFollowing)
    {
        List<string> arguments = ["--output=json", "--all", "--no-pager", "--quiet", $"--output-fields={JournalEntry.Fields}", .. From];
        if (position is not null)
            arguments.Add(position.Lines == JournalPosition.Whole ? $"--after-cursor={position.Cursor}" : $"--cursor={position.Cursor}");
        var isTail = position is null && firstEntries is not null;
        arguments.Add(isTail ? string.Create(CultureInfo.InvariantCulture, $"--lines={firstEntries}") : "--no-tail");
        if (isFollowing) arguments.Add("--follow");
        arguments.AddRange(Units.Select(unit => $"--unit={unit}"));
        return arguments;
    }

    private Process Start(JournalPosition? position, int? firstEntries, bool isFollowing)
    {
        if (Program is null) throw new IOException($"there is no journalctl ({string.Join(" or ", Places)}); leave logs.journald out");
        var start = ClosedProcess.Of(Program, Arguments(position, firstEntries, isFollowing));
        try
        {
            var process = Process.Start(start) ?? throw new IOException($"{Program} does not start");
            process.StandardInput.Close();
            return process;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new IOException($"{Program} does not start: {exception.Message}", exception);
        }
    }

    private static string Line(string words) =>
        new([.. words.Trim().Take(200).Select(c => char.IsControl(c) ? ' ' : c)]);
}
