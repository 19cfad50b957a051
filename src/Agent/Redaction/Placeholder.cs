namespace HostAtlas.Agent.Redaction;

/// <summary>What stands where a secret stood. Its length says nothing: there is one for each mode, whatever it replaces.</summary>
public static class Placeholder
{
    /// <summary>In commands.</summary>
    public const string Redacted = "[REDACTED]";

    /// <summary>In lines of logs, and in the place of a whole line that cannot be handled.</summary>
    public const string Filtered = "[FILTERED]";

    /// <summary>The placeholder of a mode.</summary>
    public static string Of(RedactionMode mode) => mode == RedactionMode.Cron ? Redacted : Filtered;

    /// <summary>Whether this is a placeholder and nothing else: <c>[FILTERED]hunter2</c> is not.</summary>
    public static bool Is(ReadOnlySpan<char> value) => value is Redacted or Filtered;

    /// <summary>Whether a placeholder begins here; both have the same <see cref="Length"/>.</summary>
    public static bool Begins(ReadOnlySpan<char> text) =>
        text.Length >= Length && text[0] == '[' && Is(text[..Length]);

    /// <summary>Characters of either.</summary>
    public const int Length = 10;
}
