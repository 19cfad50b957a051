namespace HostAtlas.Agent.Redaction;

/// <summary>A line that may leave the host.</summary>
/// <param name="Text">The line.</param>
/// <param name="Rules">The names of the rules that found something, each once; empty when nothing was changed.</param>
/// <param name="State">To be handed in with the next line of the same source.</param>
public readonly record struct RedactedLine(string Text, IReadOnlyList<string> Rules, RedactionState State);
