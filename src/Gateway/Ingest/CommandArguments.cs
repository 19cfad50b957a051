using System.Text.Json;
using HostAtlas.Engine.Servers;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.Ingest;

/// <summary>A command's arguments as JSON; there is one argument in all.</summary>
internal static class CommandArguments
{
    private static readonly JsonElement None = JsonDocument.Parse("{}").RootElement;

    /// <summary>An object, empty for most.</summary>
    public static JsonElement Of(CommandItem item)
    {
        if (item.ReadDataPercent is not { } percent) return None;
        using var json = JsonDocument.Parse(FormattableString.Invariant($"{{\"{CommandKind.ReadDataPercent}\":{percent}}}"));
        return json.RootElement.Clone();
    }
}
