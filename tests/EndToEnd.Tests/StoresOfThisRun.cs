using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.EndToEnd.Tests;

/// <summary>
/// The stores for what is decided before any store is asked (parsing, tokens, where an agent listens): the embedded one in every run, both
/// in the long form, so that the whole suite has been seen on each. The same for what a store does decide, but has to be alone on the
/// machine for minutes.
/// </summary>
public static class StoresOfThisRun
{
    public static TheoryData<PlatformStore> ForWhatNoStoreDecides =>
        LongForm.IsAsked ? [PlatformStore.Sqlite, PlatformStore.Postgresql] : [PlatformStore.Sqlite];

    public static TheoryData<PlatformStore> ForWhatTakesTheWholeMachine => ForWhatNoStoreDecides;

    /// <summary>For one of two tests of the same thing, a freeze: PostgreSQL in every run, both in the long form.</summary>
    public static TheoryData<PlatformStore> ForWhatOneStoreShows =>
        LongForm.IsAsked ? [PlatformStore.Postgresql, PlatformStore.Sqlite] : [PlatformStore.Postgresql];

    /// <summary>For the other one of the two.</summary>
    public static TheoryData<PlatformStore> ForWhatTheOtherStoreShows => ForWhatNoStoreDecides;
}
