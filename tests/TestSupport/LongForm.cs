namespace HostAtlas.TestSupport;

/// <summary>Which form of the tests somebody asked for: the short one, or with <c>./hostatlas test --long</c> the long one.</summary>
public static class LongForm
{
    /// <summary>Whether it is the long one.</summary>
#pragma warning disable RS0030 // The environment is how the test verb reaches the tests.
    public static bool IsAsked { get; } = Environment.GetEnvironmentVariable("HOSTATLAS_LONG") == "1";
#pragma warning restore RS0030
}
