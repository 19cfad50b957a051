using HostAtlas.TestSupport.Processes;

namespace HostAtlas.EndToEnd.Tests;

/// <summary>
/// The stores for what is decided before any store is asked (parsing, tokens, where an agent listens): the embedded one in every run, both
/// in the long form, so that the whole suite has been seen on each.
/// </summary>
public static class StoresOfThisRun
{
    // The environment is how ./hostatlas test --long reaches the tests; the suite's default is the short form.
#pragma warning disable RS0030
    public static TheoryData<PlatformStore> ForWhatNoStoreDecides =>
        Environment.GetEnvironmentVariable("HOSTATLAS_LONG") == "1"
            ? [PlatformStore.Sqlite, PlatformStore.Postgresql]
            : [PlatformStore.Sqlite];
#pragma warning restore RS0030
}
