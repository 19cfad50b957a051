using System.IO.Enumeration;
using HostAtlas.Agent.Inventory.Files;

namespace HostAtlas.Agent.Inventory.Certificates;

/// <summary>Finds the files that a pattern of a configuration names: <c>*</c> and <c>?</c> within the parts of a path, never over
/// several.</summary>
internal static class PathPattern
{
    /// <summary>Paths that one pattern may give.</summary>
    public const int PathsMax = 500;

    private static readonly char[] Wild = ['*', '?'];

    /// <summary>The paths in their order; a path without a pattern gives itself, whether it is there or not.</summary>
    public static IReadOnlyList<string> Expand(HostFiles files, string pattern)
    {
        if (pattern.IndexOfAny(Wild) < 0) return [pattern];
        IReadOnlyList<string> found = [""];
        foreach (var part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            found = [.. found.SelectMany(folder => part.IndexOfAny(Wild) < 0 ? [$"{folder}/{part}"] : Fitting(files, folder, part))
                .Take(PathsMax)];
        }
        return found;
    }

    private static IEnumerable<string> Fitting(HostFiles files, string folder, string part)
    {
        try
        {
            // As a shell does: what begins with a dot is named by a dot only.
            return (files.Names(folder.Length == 0 ? "/" : folder) ?? []).Where(name => name[0] != '.' || part[0] == '.')
                .Where(name => FileSystemName.MatchesSimpleExpression(part, name, ignoreCase: false)).Select(name => $"{folder}/{name}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
