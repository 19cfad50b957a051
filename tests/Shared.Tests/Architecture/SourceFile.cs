using HostAtlas.TestSupport;

namespace HostAtlas.Shared.Tests.Architecture;

/// <summary>One file of the checkout, as the style rules see it.</summary>
public sealed record SourceFile(string Path, IReadOnlyList<string> Lines)
{
    private static readonly string[] LeftOut = ["bin", "obj", ".git", "var", "data", "TestResults"];

    /// <summary>The C# files below src and tests.</summary>
    public static IReadOnlyList<SourceFile> CSharp() => [.. All().Where(file => file.Path.EndsWith(".cs", StringComparison.Ordinal))];

    /// <summary>Every text file that people write.</summary>
    public static IReadOnlyList<SourceFile> All() =>
        [.. Directory.EnumerateFiles(Repository.Root, "*", SearchOption.AllDirectories)
            .Select(path => System.IO.Path.GetRelativePath(Repository.Root, path))
            .Where(path => !path.Split('/').Any(LeftOut.Contains))
            // Captured files hold what their hosts held; only the pages beside them are ours.
            .Where(path => !path.StartsWith("tests/Vectors/", StringComparison.Ordinal) || path.EndsWith(".md", StringComparison.Ordinal))
            .Where(path => System.IO.Path.GetExtension(
                path) is ".cs" or ".md" or ".sh" or ".py" or ".js" or ".css" or ".html" or ".csproj" or ".props" or "")
            .Select(path => new SourceFile(path, File.ReadAllLines(System.IO.Path.Combine(Repository.Root, path))))];
}
