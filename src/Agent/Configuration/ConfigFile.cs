using HostAtlas.Agent.Credentials;

namespace HostAtlas.Agent.Configuration;

/// <summary>agent.toml on disk: read with its permissions checked, made once by <c>enroll</c>, never edited.</summary>
public static class ConfigFile
{
    /// <summary>Reads and checks the file. Throws <see cref="ConfigFaultException"/> with every fault.</summary>
    public static AgentOptions Load(string path)
    {
        string text;
        try
        {
            if (FilePermissions.AnyOf(path, UnixFileMode.GroupWrite | UnixFileMode.OtherWrite))
                throw new ConfigFaultException(path, [$"others than its owner can write it; run: chmod go-w {path}"]);
            text = File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ConfigFaultException(path,
                ["the file does not exist; run hostatlas-agent enroll first, or name it with --config FILE"]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigFaultException(path, [exception.Message]);
        }
        var (options, faults) = AgentToml.Read(text, File.Exists);
        return options ?? throw new ConfigFaultException(path, faults);
    }

    /// <summary>Makes the file (0644: it holds no secret) and the folders above it.</summary>
    public static void Create(string path, Uri url, string? caFile)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
        AtomicFile.Write(path, System.Text.Encoding.UTF8.GetBytes(AgentToml.Write(url, caFile)),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }
}

/// <summary>The configuration cannot be used: all that is wrong with it. Exit code 2.</summary>
public sealed class ConfigFaultException(string path, IReadOnlyList<string> faults)
    : Exception($"{path} cannot be used:\n" + string.Join('\n', faults.Select(f => "  " + f)))
{
    /// <summary>One line a fault.</summary>
    public IReadOnlyList<string> Faults => faults;
}
