namespace HostAtlas.Engine;

/// <summary>A gateway cannot join its engine, and its operator can do something about it: the message says what.</summary>
public sealed class ClusterStartException(string message) : Exception(message);
