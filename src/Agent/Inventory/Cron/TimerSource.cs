using System.Text.Json;
using HostAtlas.Agent.Inventory.Files;
using HostAtlas.Agent.Redaction;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Inventory.Cron;

/// <summary>A timer of systemd. <paramref name="NextMs"/>: Unix milliseconds, null when nothing is set.</summary>
internal sealed record SystemdTimer(string Unit, string Activates, long? NextMs);

/// <summary>Asks systemd for its timers; a host that systemd does not run has none.</summary>
internal sealed class TimerSource(HostFiles files, ProgramRunner run, Redactor redactor, InventoryFaults faults)
{
    private const string Systemctl = "/usr/bin/systemctl", OldSystemctl = "/bin/systemctl", Source = "systemd timers";
    private const int TimersMax = 500;
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(20);

    /// <summary>systemctl of this host; null where systemd does not run (sd_booted(3)).</summary>
    public static string? SystemctlOf(HostFiles files) =>
        !files.IsFolder("/run/systemd/system") ? null
            : files.Exists(Systemctl) ? Systemctl
            : files.Exists(OldSystemctl) ? OldSystemctl : null;

    /// <summary>Asks three times: which there are, when they run, what they start.</summary>
    public async Task<IReadOnlyList<CronItem>> CollectAsync(CancellationToken stop)
    {
        if (SystemctlOf(files) is not { } systemctl) return [];
        if (await AskAsync(systemctl, ["list-timers", "--all", "--no-pager", "--output=json"], stop) is not { } listed) return [];
        if (Parse(listed) is not { } timers)
        {
            faults.Add(Source, "this systemctl does not list timers as JSON (it does since systemd 246)");
            return [];
        }
        if (timers.Count == 0) return [];
        var schedules = await ShowAsync(systemctl, "Id,TimersCalendar,TimersMonotonic", timers.Select(timer => timer.Unit), stop);
        var services = await ShowAsync(systemctl, "Id,User,ExecStart", timers.Select(timer => timer.Activates), stop);
        return [.. timers.Select(timer =>
            Item(timer, schedules.GetValueOrDefault(timer.Unit), services.GetValueOrDefault(timer.Activates)))];
    }

    /// <summary>Reads the list, whose times are microseconds; null when it is no such JSON.</summary>
    public static IReadOnlyList<SystemdTimer>? Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var timers = new List<SystemdTimer>();
            foreach (var entry in document.RootElement.EnumerateArray().Take(TimersMax))
            {
                if (Text(entry, "unit") is not { Length: > 0 } unit) continue;
                var next = entry.TryGetProperty("next", out var at) && at.ValueKind == JsonValueKind.Number && at.TryGetInt64(out var us)
                    && us is > 0 and < long.MaxValue ? us / 1000 : (long?)null;
                timers.Add(new SystemdTimer(unit, Text(entry, "activates") ?? "", next));
            }
            return timers;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private CronItem Item(SystemdTimer timer, ILookup<string, string>? schedule, ILookup<string, string>? service)
    {
        var (text, words) = TimerSchedule.Of(schedule?["TimersCalendar"] ?? [], schedule?["TimersMonotonic"] ?? []);
        var command = service?["ExecStart"].Select(value => SystemdProperties.Field(value, "argv[]"))
            .FirstOrDefault(argv => argv is not null);
        var user = service?["User"].FirstOrDefault();
        return new CronItem(text, string.IsNullOrEmpty(user) ? "root" : user,
            redactor.Redact(RedactionMode.Cron, command ?? timer.Activates).Text, timer.Unit, words, timer.NextMs, []);
    }

    private async Task<IReadOnlyDictionary<string, ILookup<string, string>>> ShowAsync(
        string systemctl, string properties, IEnumerable<string> units, CancellationToken stop)
    {
        // A name that began with a dash would be an option.
        string[] named = [.. units.Where(unit => unit.Length > 0 && unit[0] != '-').Distinct(StringComparer.Ordinal)];
        var told = named.Length == 0 ? null
            : await AskAsync(systemctl, ["show", "--no-pager", $"--property={properties}", "--", .. named], stop);
        return SystemdProperties.Read(told ?? "");
    }

    private async Task<string?> AskAsync(string systemctl, IReadOnlyList<string> arguments, CancellationToken stop)
    {
        var answer = await run(systemctl, arguments, TimeMax, stop);
        if (answer.ExitCode == 0) return answer.Output;
        faults.Add(Source, answer.Reason.Length > 0 ? answer.Reason : $"systemctl ended with {answer.ExitCode}");
        return null;
    }
}
