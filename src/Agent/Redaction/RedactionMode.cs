namespace HostAtlas.Agent.Redaction;

/// <summary>What a line is, which decides what is looked for first and what stands in a secret's place.</summary>
public enum RedactionMode
{
    /// <summary>A command, with or without a crontab's schedule before it; also the arguments of a process.</summary>
    Cron,

    /// <summary>A line of a log. Commands within it are treated as <see cref="Cron"/> treats them.</summary>
    Log,
}
