using Xunit.Abstractions;

namespace HostAtlas.EndToEnd.Tests;

/// <summary>Another course of events in each run, told in the test's output so that it can be gone through again.</summary>
internal static class SeededRandom
{
    public static Random New(ITestOutputHelper output)
    {
        var seed = System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }
}
