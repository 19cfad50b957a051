using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HostAtlas.Engine.Operations;

/// <summary><c>cluster …</c></summary>
internal static class ClusterVerbs
{
    /// <summary>Shows nodes and shards.</summary>
    public static async Task<OpsAnswer> ShowAsync(OpsPlatform platform, OpsRequest request, CancellationToken cancellation)
    {
        var picture = await platform.Cluster.LookAsync(cancellation).ConfigureAwait(false);
        return new OpsAnswer(0, request.Json
            ? JsonSerializer.Serialize(picture, ClusterJson.Default.ClusterPicture) + "\n"
            : Draw(picture));
    }

    /// <summary>The picture as two tables.</summary>
    internal static string Draw(ClusterPicture picture)
    {
        var text = new StringBuilder();
        Table(text, ["NODE", "STATUS", "ROLES", "LEADER"], picture.Nodes.Select(node => new[]
        {
            node.Address,
            node.IsUnreachable ? $"{node.Status} (unreachable)" : node.Status,
            string.Join(',', node.Roles),
            node.IsLeader ? "yes" : "",
        }));
        text.Append('\n');
        Table(text, ["ROOM", "NODE", "SHARDS", "IN MEMORY"], picture.Shards.Select(shard => new[]
        {
            shard.Room, shard.Node, $"{shard.Shards}", $"{shard.Entities}",
        }));
        return text.ToString();
    }

    private static void Table(StringBuilder text, string[] head, IEnumerable<string[]> rows)
    {
        string[][] lines = [head, .. rows];
        var widths = head.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
            text.Append(string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()).Append('\n');
    }
}

/// <summary>Source-generated JSON of what the operators are shown.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ClusterPicture))]
internal sealed partial class ClusterJson : JsonSerializerContext;
