using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Inventory.Certificates;
using HostAtlas.Agent.Inventory.Cron;
using HostAtlas.Agent.Inventory.Files;
using HostAtlas.Agent.Inventory.Host;
using HostAtlas.Agent.Redaction;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Inventory;

/// <summary>What a collection looks at and by what.</summary>
/// <param name="Files">The host's files.</param>
/// <param name="Run">Runs the host's programs.</param>
/// <param name="Time">All clocks.</param>
/// <param name="Zone">The host's time zone, in which cron lives.</param>
/// <param name="PageSizeBytes">Size of a page of memory.</param>
internal sealed record InventoryGround(HostFiles Files, ProgramRunner Run, TimeProvider Time, TimeZoneInfo Zone, int PageSizeBytes)
{
    /// <summary>This machine.</summary>
    public static InventoryGround ThisHost(TimeProvider time) =>
        new(new HostFiles(), HostProgram.RunAsync, time, TimeZoneInfo.Local, Environment.SystemPageSize);
}

/// <summary>
/// Takes one inventory. Whatever holds a command or an argument is redacted by what reads it, so nothing here or later ever holds the
/// original. A part that fails leaves its place empty and a fault behind; the others go on. Used by one thread at a time.
/// </summary>
internal sealed class InventoryCollection(InventoryOptions options, Redactor redactor, InventoryGround ground)
{
    private const int TcpTableMaxBytes = 8 << 20;
    private readonly DateTimeOffset _started = ground.Time.GetUtcNow();
    private readonly UpdateSource _updates = new(ground.Files, ground.Run);

    /// <summary>Takes it. Its <c>request</c> is empty; whoever sends it fills that in.</summary>
    public async Task<InventoryReport> CollectAsync(CancellationToken stop)
    {
        var faults = new InventoryFaults(redactor);
        var processes = new ProcessTable(ground.Files, redactor, ground.Time, ground.PageSizeBytes);
        var first = Try("processes", faults, processes.Read);
        var facts = new HostFactsSource(ground.Files);
        var os = facts.Os();
        var cron = new CronSource(ground.Files, redactor, faults, ground.Time.GetUtcNow(), ground.Zone);
        var jobs = Try("cron", faults, () => cron.Collect(os.IsRedHat)) ?? [];
        var certificates = Try("certificates", faults, () => new CertificateSource(ground.Files, faults)
            .Collect(options.Certificates ?? InventoryOptions.KnownRoots, named: options.Certificates is not null)) ?? [];
        var shown = options.TlsListeners ? await ListenersAsync(faults, stop) : [];
        var timers = await new TimerSource(ground.Files, ground.Run, redactor, faults).CollectAsync(stop);
        var units = await new UnitSource(ground.Files, ground.Run, redactor, faults).CollectAsync(stop);
        var updates = await _updates.CollectAsync(faults, stop);
        var host = facts.Collect(os, updates);
        var largest = first is null ? null : Try("processes", faults, () => processes.Largest(first, processes.Read()));
        return new InventoryReport(Guid.Empty, host, Limited([.. jobs, .. timers], Shared.Limits.InventoryCronItems),
            Limited([.. certificates, .. shown], Shared.Limits.InventoryCertificates), new AgentFacts(AgentVersion.Text, _started), units,
            largest ?? [], faults.All);
    }

    private static IReadOnlyList<T> Limited<T>(IReadOnlyList<T> list, int most) => list.Count <= most ? list : [.. list.Take(most)];

    private static T? Try<T>(string source, InventoryFaults faults, Func<T> read) where T : class
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            faults.Add(source, exception.Message);
            return null;
        }
    }

    private Task<IReadOnlyList<CertificateItem>> ListenersAsync(InventoryFaults faults, CancellationToken stop)
    {
        var listening = ListenerSource.Listening(ProcText.Read(ground.Files.At("/proc/net/tcp"), TcpTableMaxBytes),
            ProcText.Read(ground.Files.At("/proc/net/tcp6"), TcpTableMaxBytes));
        return new ListenerSource(faults).CollectAsync(listening, options.TlsPorts ?? ListenerSource.KnownPorts, stop);
    }
}
