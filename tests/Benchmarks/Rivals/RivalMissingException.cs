namespace HostAtlas.Benchmarks.Rivals;

/// <summary>A rival cannot be had here; the message says which, why, and what to do.</summary>
internal sealed class RivalMissingException(string message) : Exception(message);
