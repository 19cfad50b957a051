using System.Text.RegularExpressions;

namespace HostAtlas.Shared.Tests.Architecture;

/// <summary>The house's rules on source text, each a pure function from a file to its faults, so that each can be shown to fail.</summary>
public static partial class StyleRules
{
    /// <summary>Lines a file may have.</summary>
    public const int FileLines = 400;

    /// <summary>Columns a line may have.</summary>
    public const int LineColumns = 140;

    /// <summary>Lines a method's body may have.</summary>
    public const int MethodLines = 70;

    /// <summary>Lines of code of an actor's file; what explains it does not count.</summary>
    public const int ActorLines = 130;

    /// <summary>Sizes of files, lines and methods.</summary>
    public static IEnumerable<string> Sizes(SourceFile file)
    {
        if (file.Lines.Count > FileLines)
            yield return $"{file.Path} has {file.Lines.Count} lines; at most {FileLines}: split it by concept.";
        var code = file.Lines.Count(line => line.Trim() is { Length: > 0 } text && !text.StartsWith("//", StringComparison.Ordinal));
        if (file.Path.EndsWith("Actor.cs", StringComparison.Ordinal) && code > ActorLines)
            yield return $"{file.Path} has {code} lines of code; an actor carries, it does not decide: at most {ActorLines}.";
        for (var i = 0; i < file.Lines.Count; i++)
        {
            // The cases of a table are data: splitting them makes them worse.
            if (file.Lines[i].Length > LineColumns && !file.Lines[i].Contains("InlineData", StringComparison.Ordinal))
                yield return $"{file.Path}:{i + 1} has {file.Lines[i].Length} columns; at most {LineColumns}.";
        }
        var opened = -1;
        for (var i = 0; i < file.Lines.Count; i++)
        {
            if (file.Lines[i] == "    {") opened = i;
            else if (file.Lines[i] is "    }" or "    };" && opened >= 0)
            {
                if (i - opened - 1 > MethodLines && !IsType(file.Lines[opened - 1]))
                    yield return $"{file.Path}:{opened} has a body of {i - opened - 1} lines; at most {MethodLines}.";
                opened = -1;
            }
        }
    }

    /// <summary>Names that say nothing.</summary>
    public static IEnumerable<string> Names(SourceFile file)
    {
        foreach (var part in file.Path.Split('/'))
        {
            if (EmptyName().IsMatch(part)) yield return $"{file.Path}: '{part}' says nothing; name the concept.";
        }
    }

    /// <summary>Only <c>EngineClient.cs</c> asks and waits.</summary>
    public static IEnumerable<string> Asks(SourceFile file) =>
        file.Path.StartsWith("src/", StringComparison.Ordinal) && !file.Path.EndsWith("/EngineClient.cs", StringComparison.Ordinal)
            ? Matches(file, AskCall(), "asks an actor; only EngineClient does.")
            : [];

    /// <summary>Only <c>Program.cs</c> reads the environment.</summary>
    public static IEnumerable<string> Environments(SourceFile file) =>
        file.Path.StartsWith("src/", StringComparison.Ordinal) && !file.Path.EndsWith("/Program.cs", StringComparison.Ordinal)
            ? Matches(file, EnvironmentCall(), "reads the environment; only Program.cs does.")
            : [];

    /// <summary>No path of somebody's machine.</summary>
    public static IEnumerable<string> MachinePaths(SourceFile file) => Matches(file, MachinePath(), "names a path of a machine.");

    /// <summary>Nothing is promised for later, and no test is switched off without a printed reason.</summary>
    public static IEnumerable<string> Promises(SourceFile file) =>
        Matches(file, Promise(), "promises something for later or switches a test off.");

    private static bool IsType(string line) => TypeDeclaration().IsMatch(line);

    private static IEnumerable<string> Matches(SourceFile file, Regex pattern, string fault) =>
        file.Lines.Index().Where(line => pattern.IsMatch(line.Item)).Select(line => $"{file.Path}:{line.Index + 1} {fault}");

    [GeneratedRegex(@"^\w*(Utils?|Utilities|Helpers?|Common|Managers?|Misc)(\.\w+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"\.Ask(<[^>]*>)?\(", RegexOptions.CultureInvariant)]
    private static partial Regex AskCall();

    [GeneratedRegex(@"Environment\.(GetEnvironmentVariables?|ExpandEnvironmentVariables)\(|AddEnvironmentVariables\(",
        RegexOptions.CultureInvariant)]
    private static partial Regex EnvironmentCall();

    [GeneratedRegex(@"(?<![\w.])/(work|root|home)/\w", RegexOptions.CultureInvariant)]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\b(TO" + @"DO|FIX" + @"ME)\b|NotImplemented" + @"Exception|Skip *= *" + "\"", RegexOptions.CultureInvariant)]
    private static partial Regex Promise();

    [GeneratedRegex(@"\b(class|struct|record|interface|enum)\b", RegexOptions.CultureInvariant)]
    private static partial Regex TypeDeclaration();
}
