namespace HostAtlas.Agent.Redaction;

/// <summary>A line is not what the rules were made for; it is replaced whole.</summary>
internal sealed class LineUnhandledException(string message) : Exception(message);
