using HostAtlas.TestSupport.Processes;

namespace HostAtlas.EndToEnd.Tests;

/// <summary>What is asserted of a program that ended.</summary>
internal static class Ending
{
    /// <summary>It did what it was asked to; if not, what it said is in the message.</summary>
    public static void Succeeded(Finished finished) =>
        Assert.True(finished.ExitCode == 0, $"It ended with {finished.ExitCode}:\n{finished.LastWords}");
}
