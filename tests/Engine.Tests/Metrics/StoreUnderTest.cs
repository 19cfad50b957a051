using HostAtlas.Engine.Inventory;
using HostAtlas.Engine.Logs;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Metrics.Rollups;
using HostAtlas.Engine.Storage.Sealing;

namespace HostAtlas.Engine.Tests.Metrics;

/// <summary>A real store that a test can take away and give back.</summary>
public abstract class StoreUnderTest : IDisposable
{
    /// <summary>What writes; made anew by <see cref="Restart"/>.</summary>
    public abstract IMetricsStore Store { get; }

    /// <summary>What reads.</summary>
    public abstract IMetricsReader Reader { get; }

    /// <summary>What roll-ups are written by.</summary>
    public abstract IRollupStore Rollups { get; }

    /// <summary>What reads sealed rows.</summary>
    public abstract IMetricsSource Source { get; }

    /// <summary>What log lines are written by; made anew by <see cref="Restart"/>.</summary>
    public abstract ILogStore Lines { get; }

    /// <summary>What reads sealed log lines.</summary>
    public abstract ILogSource LineSource { get; }

    /// <summary>What keeps inventories.</summary>
    public abstract IInventoryStore Inventories { get; }

    /// <summary>Seal and open what is stored.</summary>
    public abstract ITeamSeals Seals { get; }

    /// <summary>Whether reports are deleted by whole days, and so later than their retention says.</summary>
    public virtual bool DeletesWholeDays => false;

    /// <summary>Throws the writer away and opens another on the same data, as a restart of the process does.</summary>
    public abstract void Restart();

    /// <summary>Makes the store unreachable, also for connections that are open.</summary>
    public abstract void TakeAway();

    /// <summary>Puts it back as it was.</summary>
    public abstract void BringBack();

    /// <summary>Lets somebody else hold the lock that writing needs, until disposed.</summary>
    public abstract IDisposable HoldWriteLock();

    /// <inheritdoc />
    public abstract void Dispose();
}
