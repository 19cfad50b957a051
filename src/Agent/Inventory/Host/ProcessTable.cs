using System.Globalization;
using System.Text;
using HostAtlas.Agent.Inventory.Files;
using HostAtlas.Agent.Inventory.Parsing;
using HostAtlas.Agent.Redaction;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Inventory.Host;

/// <summary>
/// The processes that take most of the processors and of the memory. Two readings, one at the begin and one at the end of a collection,
/// give what each took in between; nothing waits for that. Arguments pass through the redactor before anything keeps them.
/// </summary>
internal sealed class ProcessTable(HostFiles files, Redactor redactor, TimeProvider clock, int pageSizeBytes)
{
    /// <summary>How many are told by each of the two measures.</summary>
    public const int Top = 10;

    /// <summary>Characters of arguments that are told, after redaction.</summary>
    public const int ArgumentsLength = 2_000;

    // USER_HZ is 100 on every architecture that .NET runs on.
    private const double TicksPerSecond = 100;
    private const int ProcessesMax = 20_000;

    // Above the redactor's bound for one line: what is cut there must be seen to be too long.
    private const int ArgumentsMaxBytes = Redactor.MostBytes + 1024;
    private static readonly TimeSpan ShortestMoment = TimeSpan.FromMilliseconds(500);

    /// <summary>A reading of all processes.</summary>
    /// <param name="At">Of the clock that only goes forward.</param>
    /// <param name="Processes">By id.</param>
    internal sealed record Reading(long At, IReadOnlyDictionary<int, ProcessStat> Processes);

    /// <summary>Reads the table once.</summary>
    public Reading Read()
    {
        var processes = new Dictionary<int, ProcessStat>();
        foreach (var path in Directory.EnumerateDirectories(files.At("/proc")).Take(ProcessesMax + 1_000))
        {
            if (!int.TryParse(Path.GetFileName(path.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) continue;
            if (ProcText.Read($"{path}/stat", 1024) is { } text && ProcessStat.Parse(text) is { IsKernelThread: false } stat)
                processes[id] = stat;
            if (processes.Count == ProcessesMax) break;
        }
        return new Reading(clock.GetTimestamp(), processes);
    }

    /// <summary>The largest of the second reading, the busiest first.</summary>
    public IReadOnlyList<ProcessItem> Largest(Reading first, Reading second)
    {
        var moment = clock.GetElapsedTime(first.At, second.At);
        var measured = second.Processes.Select(pair => (Id: pair.Key, Stat: pair.Value, Cpu: Cpu(pair.Key, pair.Value, first, moment)))
            .ToList();
        var busiest = measured.Where(one => one.Cpu > 0).OrderByDescending(one => one.Cpu).Take(Top);
        var largest = measured.OrderByDescending(one => one.Stat.RssPages).Take(Top);
        var users = UserNames();
        return [.. busiest.Union(largest).OrderByDescending(one => one.Cpu).ThenByDescending(one => one.Stat.RssPages)
            .Select(one => Item(one.Id, one.Stat, one.Cpu, users)).OfType<ProcessItem>()];
    }

    // Percent of one processor. Over less than a moment a tick more or less says nothing: then it is the mean of its life.
    private double Cpu(int id, ProcessStat stat, Reading first, TimeSpan moment)
    {
        if (moment >= ShortestMoment && first.Processes.TryGetValue(id, out var before) && before.StartTicks == stat.StartTicks
            && stat.CpuTicks >= before.CpuTicks) return Percent((stat.CpuTicks - before.CpuTicks) / TicksPerSecond, moment.TotalSeconds);
        var uptime = (ProcText.Text(files.At("/proc/uptime")) ?? "").Split(' ')[0];
        return double.TryParse(uptime, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            ? Percent(stat.CpuTicks / TicksPerSecond, seconds - (stat.StartTicks / TicksPerSecond)) : 0;
    }

    private static double Percent(double took, double of) => of < 0.01 || !double.IsFinite(of) ? 0 : Math.Round(100 * took / of, 1);

    private ProcessItem? Item(int id, ProcessStat stat, double cpu, Dictionary<string, string> users)
    {
        var line = ProcessArguments.Line(ProcText.Read(files.At($"/proc/{id}/cmdline"), ArgumentsMaxBytes) ?? []);
        // Without arguments it has ended, or belongs to the kernel.
        if (line.Length == 0) return null;
        var arguments = redactor.Redact(RedactionMode.Cron, line).Text;
        if (arguments.Length > ArgumentsLength) arguments = arguments[..ArgumentsLength];
        var uid = Uid(ProcText.Text(files.At($"/proc/{id}/status")) ?? "");
        return new ProcessItem(id, users.GetValueOrDefault(uid, uid), redactor.Redact(RedactionMode.Log, stat.Name).Text, arguments, cpu,
            stat.RssPages * pageSizeBytes);
    }

    private static string Uid(string status)
    {
        var line = status.Split('\n').FirstOrDefault(one => one.StartsWith("Uid:", StringComparison.Ordinal));
        return line?.Split('\t', StringSplitOptions.RemoveEmptyEntries) is [_, var real, ..] ? real : "?";
    }

    // Names of users that no file of this host holds (LDAP) stay numbers: asking for them would mean a network.
    private Dictionary<string, string> UserNames()
    {
        var users = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in (files.TextOf("/etc/passwd", 1 << 20) ?? "").Split('\n'))
        {
            if (line.Split(':') is [var name, _, var uid, ..]) users.TryAdd(uid, name);
        }
        return users;
    }
}
