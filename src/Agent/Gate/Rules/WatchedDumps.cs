using System.Text.RegularExpressions;
using HostAtlas.Agent.Gate.Features;

namespace HostAtlas.Agent.Gate.Rules;

/// <summary>
/// Dumps and database files that are written again under one name: when such a file was read as what it is at the last run and is
/// random-like now, nothing ordinary has done that, and what it is a copy of is likely to be lost too. Pure.
/// </summary>
internal static partial class WatchedDumps
{
    private static readonly string[] Turning = ["random", "random-part", "unexplained", "broken", "type-lost"];

    /// <summary>Whether a dump has turned.</summary>
    /// <param name="name">Its name, without the folders.</param>
    /// <param name="before">What it was.</param>
    /// <param name="now">What it is.</param>
    public static bool HasTurned(string name, FileRecord? before, FileVerdict now) =>
        before is { Type: not ("" or FileType.Data) } && now.Verdict == GateVerdict.HeldBack && Pattern().IsMatch(name)
        && now.Rules.Any(rule => Turning.Contains(rule));

    [GeneratedRegex(@"\.(sql|dump|pgdump|dmp|bak|bson|rdb|sqlite3?|mysqldump)(\.(gz|bz2|xz|zst|lz4|zip|7z))?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}
