using System.Collections.Concurrent;
using System.Diagnostics;

namespace HostAtlas.TestSupport.Processes;

/// <summary>A process that a test started: its last words are kept, and it does not outlive the test.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private const int LinesKept = 400;
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly List<string> _standardOutput = [];
    private readonly Task _drained;

    private ChildProcess(Process process)
    {
        _process = process;
        _drained = Task.WhenAll(DrainAsync(process.StandardOutput, keepWhole: true), DrainAsync(process.StandardError, keepWhole: false));
    }

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Its last lines on both outputs, for a failing test's message.</summary>
    public string LastWords => string.Join('\n', _lines);

    /// <summary>Starts one of this checkout's built assemblies, e.g. <c>Gateway</c>.</summary>
    public static ChildProcess StartAssembly(
        string project, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null,
        string? input = null) => Start("dotnet", [AssemblyOf(project), .. arguments], environment, input);

    /// <summary>The path of one of this checkout's built assemblies.</summary>
    public static string AssemblyOf(string project)
    {
        var assembly = Path.Combine(Repository.Root, "src", project, "bin", "Release", "net10.0", $"HostAtlas.{project}.dll");
        return File.Exists(assembly)
            ? assembly : throw new FileNotFoundException($"{assembly} is not built; build the solution with -c Release first.");
    }

    /// <summary>Starts a program; <paramref name="input"/> becomes its whole standard input.</summary>
    public static ChildProcess Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null,
        string? input = null)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        if (input is not null) process.StandardInput.Write(input);
        process.StandardInput.Close();
        return new ChildProcess(process);
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<Finished> RunAsync(string program, IEnumerable<string> arguments, TimeSpan limit)
    {
        await using var child = Start(program, arguments);
        return await child.EndAsync(limit);
    }

    /// <summary>Runs one of this checkout's built assemblies to its end.</summary>
    public static async Task<Finished> RunAssemblyAsync(
        string project, IEnumerable<string> arguments, string? input = null, TimeSpan? limit = null)
    {
        await using var child = StartAssembly(project, arguments, input: input);
        return await child.EndAsync(limit ?? TimeSpan.FromSeconds(30));
    }

    /// <summary>Waits for the end of its own accord; a process that overstays is killed and the wait throws.</summary>
    public async Task<Finished> EndAsync(TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            await _drained;
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
            throw new TimeoutException(
                $"{_process.StartInfo.FileName} did not end within {limit.TotalSeconds:0.#} s. It said:\n{LastWords}");
        }
        return new Finished(_process.ExitCode, string.Join('\n', _standardOutput), LastWords);
    }

    /// <summary>SIGTERM, then waits for the end.</summary>
    public Task<Finished> TerminateAsync(TimeSpan limit)
    {
        Signals.Terminate(Id);
        return EndAsync(limit);
    }

    /// <summary>SIGKILL: what a power cut looks like to the process.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private async Task DrainAsync(StreamReader reader, bool keepWhole)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            if (keepWhole && _standardOutput.Count < LinesKept) _standardOutput.Add(line);
            _lines.Enqueue(line);
            while (_lines.Count > LinesKept) _lines.TryDequeue(out _);
        }
    }
}

/// <summary>How a process ended: its exit code, what it said on standard output, and the last lines of both outputs.</summary>
public sealed record Finished(int ExitCode, string Output, string LastWords);
