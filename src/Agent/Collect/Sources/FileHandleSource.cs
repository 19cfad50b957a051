using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>Open files of the whole host, from <c>/proc/sys/fs/file-nr</c>.</summary>
internal sealed class FileHandleSource(HostRoots roots) : IHostSource
{
    private readonly ProcFile _file = new(roots.Proc("sys", "fs", "file-nr"), ProcFile.OneNumberBytes);

    public string Name => "files";

    public IReadOnlyList<string> Series { get; } = ["files.open", "files.max", "files.used_percent"];

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        if (!_file.TryRead(out var text)) return null;
        var parsed = FileHandles.Parse(text);
        if (parsed.Fault is { } fault) return fault;
        samples.Add("files.open", parsed.Value.Open);
        samples.Add("files.max", parsed.Value.Most);
        samples.Add("files.used_percent", 100.0 * parsed.Value.Open / parsed.Value.Most);
        return null;
    }
}
