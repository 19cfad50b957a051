using System.Text.Json;
using System.Text.Json.Serialization;
using HostAtlas.Agent.Credentials;

namespace HostAtlas.Agent.Gate.Canaries;

/// <summary>A file that nobody has a reason to change.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Root">The folder that was named when it was planted; null: a file of the owner's own.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">64 lower-case hex digits.</param>
/// <param name="At">Since when it is watched.</param>
public sealed record Canary(string Path, string? Root, long Bytes, string Sha256, DateTimeOffset At);

/// <summary>STATE/canaries.json: what is watched.</summary>
public sealed record CanaryList
{
    /// <summary>All of it.</summary>
    public IReadOnlyList<Canary> Canaries { get; init; } = [];

    /// <summary>Reads the file; empty when there is none.</summary>
    /// <exception cref="StateFaultException">It holds something else: then nobody knows what was watched.</exception>
    public static CanaryList Load(string path)
    {
        if (!File.Exists(path)) return new CanaryList();
        try
        {
            if (JsonSerializer.Deserialize(File.ReadAllBytes(path), CanaryListJson.Default.CanaryList) is { Canaries: not null } read
                && read.Canaries.All(canary => canary is { Path: not null, Sha256: not null })) return read;
        }
        catch (JsonException)
        {
            // The sentence below says it for both.
        }
        throw new StateFaultException($"{path} does not hold the list of canaries. Look at why it changed; then move it away and plant "
            + "anew with hostatlas-agent canaries plant ROOT…");
    }

    /// <summary>Replaces the file.</summary>
    public void Save(string path) => AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, CanaryListJson.Default.CanaryList));
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(CanaryList))]
internal sealed partial class CanaryListJson : JsonSerializerContext;
