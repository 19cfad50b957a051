using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Inventory;
using HostAtlas.Agent.Inventory.Files;
using HostAtlas.Agent.Redaction;
using HostAtlas.Shared.Wire;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Inventory;

/// <summary>A host laid out in a folder, whose programs answer what a test says, and which counts what is read of its files.</summary>
internal sealed class LaidOutHost : IDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _folder = new();

    public LaidOutHost()
    {
        Directory.CreateDirectory(At("/proc"));
        Files = new HostFiles(_folder.Path, (path, bytes) => Reads[path] = Math.Max(bytes, Reads.GetValueOrDefault(path)));
    }

    public HostFiles Files { get; }

    /// <summary>Every file that was opened, and how far it was read.</summary>
    public Dictionary<string, long> Reads { get; } = new(StringComparer.Ordinal);

    /// <summary>Every program that was run, with its arguments.</summary>
    public List<string> Runs { get; } = [];

    /// <summary>What programs say: the end of the command line, and the answer. Others do not start.</summary>
    public List<(string Part, ProgramAnswer Answer)> Programs { get; } = [];

    public ManualTimeProvider Time { get; } = new(Now);

    public string At(string path) => _folder.Path + path;

    public LaidOutHost Write(string path, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite) =>
        Write(path, System.Text.Encoding.UTF8.GetBytes(text), mode);

    public LaidOutHost Write(string path, byte[] bytes, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllBytes(At(path), bytes);
        File.SetUnixFileMode(At(path), mode);
        return this;
    }

    public LaidOutHost Script(string path) => Write(path, "#!/bin/sh\n", UnixFileMode.UserRead | UnixFileMode.UserExecute);

    public LaidOutHost Link(string path, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.CreateSymbolicLink(At(path), target);
        return this;
    }

    /// <summary>A pipe that nobody writes to: whoever opens it to read waits for ever.</summary>
    public LaidOutHost Pipe(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        using var made = System.Diagnostics.Process.Start("mkfifo", [At(path)]);
        made.WaitForExit();
        return this;
    }

    /// <summary>A process with these arguments.</summary>
    public LaidOutHost Process(int id, string name, string arguments, ulong ticks = 100, long pages = 1000)
    {
        Write($"/proc/{id}/stat",
            $"{id} ({name}) S 1 1 1 0 -1 4194560 1 2 3 4 {ticks} 0 0 0 20 0 1 0 5000 1000000 {pages} 18446744073709551615\n");
        Write($"/proc/{id}/status", "Name:\tx\nUid:\t0\t0\t0\t0\n");
        return Write($"/proc/{id}/cmdline", arguments);
    }

    public InventoryGround Ground => new(Files, RunAsync, Time, TimeZoneInfo.Utc, 4096);

    public InventoryCollection Collection(InventoryOptions? options = null) =>
        new(options ?? new InventoryOptions { TlsListeners = false }, Redactor.BuiltIn, Ground);

    public Task<InventoryReport> CollectAsync(InventoryOptions? options = null) => Collection(options).CollectAsync(CancellationToken.None);

    public Task<ProgramAnswer> RunAsync(string path, IReadOnlyList<string> arguments, TimeSpan timeMax, CancellationToken stop)
    {
        var line = $"{path} {string.Join(' ', arguments)}";
        Runs.Add(line);
        return Task.FromResult(Programs.Where(program => line.Contains(program.Part, StringComparison.Ordinal))
            .Select(program => program.Answer).FirstOrDefault() ?? new ProgramAnswer(null, "", "does not start"));
    }

    public void Dispose() => _folder.Dispose();
}
