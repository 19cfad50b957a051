namespace HostAtlas.Shared.Wire;

/// <summary>
/// The body of <c>POST /api/agent/inventory</c>: what a host is and runs, the latest state of it. Commands and arguments are redacted. At
/// most <see cref="Limits.InventoryCronItems"/>, <see cref="Limits.InventoryCertificates"/>, <see cref="Limits.InventoryItems"/> of every
/// other list, and <see cref="Limits.InventoryTextBytes"/> of UTF-8 a text.
/// </summary>
/// <param name="Request">Fresh for each attempt; otherwise ignored.</param>
/// <param name="Host">What the host is.</param>
/// <param name="Cron">What runs by the clock: crontabs, periodic folders, systemd timers.</param>
/// <param name="Certificates">What is known of its certificates; never a key.</param>
/// <param name="Agent">The program that reports.</param>
/// <param name="Units">systemd's failed units; empty without systemd.</param>
/// <param name="Processes">The largest by processor time and by memory.</param>
/// <param name="Faults">What is there and could not be read.</param>
public sealed record InventoryReport(
    Guid Request, HostFacts Host, IReadOnlyList<CronItem> Cron, IReadOnlyList<CertificateItem> Certificates, AgentFacts Agent,
    IReadOnlyList<FailedUnit> Units, IReadOnlyList<ProcessItem> Processes, IReadOnlyList<InventoryFault> Faults);

/// <summary>What a host is; null: not known.</summary>
/// <param name="Name">Its own name.</param>
/// <param name="Os">For people, e.g. <c>Debian GNU/Linux 12 (bookworm)</c>.</param>
/// <param name="OsId">For programs, e.g. <c>debian</c>.</param>
/// <param name="OsVersion">For programs, e.g. <c>12</c>.</param>
/// <param name="Kernel">The running one's release.</param>
/// <param name="Architecture"><c>x86_64</c>, <c>aarch64</c>, …</param>
/// <param name="CpuModel">The processor's name.</param>
/// <param name="CpuCount">Processors that are online.</param>
/// <param name="MemoryBytes">Memory that the kernel manages.</param>
/// <param name="SwapBytes">Swap; 0: none.</param>
/// <param name="Virtualisation">The hypervisor, e.g. <c>kvm</c>; null on bare metal or where it does not show itself.</param>
/// <param name="Container">The container's kind, e.g. <c>docker</c>; null outside.</param>
/// <param name="BootId">A UUID that is new with each start of the kernel.</param>
/// <param name="BootedAt">When that was.</param>
/// <param name="TimeZone">IANA name, e.g. <c>Europe/Berlin</c>.</param>
/// <param name="RebootRequired">Something waits for a restart.</param>
/// <param name="RebootReasons">What does, e.g. the packages that ask for it or the newer kernel.</param>
/// <param name="Updates">Pending updates; null where neither apt nor dnf can tell.</param>
public sealed record HostFacts(
    string? Name, string? Os, string? OsId, string? OsVersion, string? Kernel, string? Architecture, string? CpuModel, int? CpuCount,
    long? MemoryBytes, long? SwapBytes, string? Virtualisation, string? Container, string? BootId, DateTimeOffset? BootedAt,
    string? TimeZone, bool RebootRequired, IReadOnlyList<string> RebootReasons, PendingUpdates? Updates);

/// <summary>Updates by what the host last heard of its package sources; the agent does not fetch news.</summary>
/// <param name="Manager"><c>apt</c> or <c>dnf</c>.</param>
/// <param name="Pending">Packages that would be updated.</param>
/// <param name="Security">Those of them that mend a hole.</param>
/// <param name="Packages">The packages, security ones first; may be fewer than <paramref name="Pending"/>.</param>
public sealed record PendingUpdates(string Manager, int Pending, int Security, IReadOnlyList<PackageUpdate> Packages);

/// <summary>One package; <paramref name="From"/> null: not told.</summary>
public sealed record PackageUpdate(string Name, string? From, string To, bool Security);

/// <summary>What runs by the clock.</summary>
/// <param name="Schedule">As written: five fields, <c>@daily</c>, or of a timer its <c>OnCalendar</c>.</param>
/// <param name="User">Whom it runs as.</param>
/// <param name="Command">Redacted.</param>
/// <param name="Source">The file, or the timer's unit.</param>
/// <param name="Words">The schedule in words; null where it cannot be put so.</param>
/// <param name="Next">The next run, Unix milliseconds; null: none is known.</param>
/// <param name="Environment">The file's own assignments before it, redacted: <c>PGPASSWORD=[REDACTED]</c>.</param>
public sealed record CronItem(
    string Schedule, string User, string Command, string Source, string? Words, long? Next, IReadOnlyList<string> Environment);

/// <summary>A certificate.</summary>
/// <param name="Path">The file, or <c>tcp://127.0.0.1:PORT</c> when a port of this host showed it.</param>
/// <param name="Subject">Distinguished name.</param>
/// <param name="Issuer">Distinguished name.</param>
/// <param name="Sans">Subject alternative names: DNS names, addresses, URIs, mail addresses.</param>
/// <param name="NotBefore">ISO 8601 in UTC.</param>
/// <param name="NotAfter">ISO 8601 in UTC.</param>
/// <param name="Fingerprint">SHA-256, 64 lower-case hex digits.</param>
/// <param name="UsedBy">Whose configuration names it, e.g. <c>nginx</c>; empty when it was found in a folder.</param>
public sealed record CertificateItem(
    string Path, string Subject, string Issuer, IReadOnlyList<string> Sans, DateTimeOffset NotBefore, DateTimeOffset NotAfter,
    string Fingerprint, IReadOnlyList<string> UsedBy);

/// <summary>The program that reports, and since when it runs.</summary>
public sealed record AgentFacts(string Version, DateTimeOffset Started);

/// <summary>A unit of systemd that failed, in systemd's own words.</summary>
public sealed record FailedUnit(string Unit, string Load, string Active, string Sub, string Description);

/// <summary>A process. <paramref name="Arguments"/>: redacted; <paramref name="CpuPercent"/>: of one processor, over a moment.</summary>
public sealed record ProcessItem(int Pid, string User, string Name, string Arguments, double CpuPercent, long RssBytes);

/// <summary>What could not be read, and why; names, never content.</summary>
public sealed record InventoryFault(string Source, string Reason);
