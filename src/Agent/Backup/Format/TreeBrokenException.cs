namespace HostAtlas.Agent.Backup.Format;

/// <summary>A tree's bytes are authentic but do not follow the format. The text says how, never what the tree holds.</summary>
public sealed class TreeBrokenException(string why) : Exception($"The tree does not follow the format: {why}");
