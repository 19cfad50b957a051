namespace HostAtlas.Agent.CommandLine;

/// <summary>The exit codes that docs/protocol.md fixes for the verbs offered so far.</summary>
public static class ExitCode
{
    /// <summary>Done; for <c>status</c>: healthy.</summary>
    public const int Done = 0;

    /// <summary>Failed; for <c>status</c>: not healthy.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage, a configuration or a state folder that cannot be used: it did not start.</summary>
    public const int Usage = 2;

    /// <summary>Partly done: what failed or was left out was named, the rest is done.</summary>
    public const int Partly = 4;
}
