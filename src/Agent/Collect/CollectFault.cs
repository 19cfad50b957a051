namespace HostAtlas.Agent.Collect;

/// <summary>What one source could not tell at the last tick, for logs and <c>status</c>; it names files, never their content.</summary>
internal sealed record CollectFault(string Source, string Reason);
