using HostAtlas.Agent.Inventory.Files;
using HostAtlas.Agent.Redaction;
using HostAtlas.Shared;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Inventory.Cron;

/// <summary>
/// What cron and anacron run on this host: /etc/crontab, /etc/cron.d, everybody's crontab, and the programs of the folders that one of them
/// gives to run-parts. Opens files; what is in them the parsers say.
/// </summary>
internal sealed class CronSource(HostFiles files, Redactor redactor, InventoryFaults faults, DateTimeOffset now, TimeZoneInfo zone)
{
    /// <summary>Bytes of one crontab; cron itself takes no more in most systems.</summary>
    public const int FileMaxBytes = 1 << 20;

    private static readonly string[] SpoolFolders = ["/var/spool/cron/crontabs", "/var/spool/cron", "/etc/crontabs"];
    private static readonly string[] PeriodicFolders = ["/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly", "/etc/cron.monthly"];

    private readonly List<CronItem> _items = [];
    private readonly Dictionary<string, CronItem> _folders = new(StringComparer.Ordinal);
    private bool _redHat;

    /// <summary>Reads all. <paramref name="redHat"/>: which names count (<see cref="RunParts"/>).</summary>
    public IReadOnlyList<CronItem> Collect(bool redHat)
    {
        _redHat = redHat;
        if (files.Exists("/etc/crontab")) TakeCrontab("/etc/crontab", user: null);
        foreach (var name in NamesIn("/etc/cron.d").Where(name => RunParts.IsName(name, redHat)))
            TakeCrontab($"/etc/cron.d/{name}", user: null);
        // Alpine's /var/spool/cron/crontabs is a link to /etc/crontabs.
        var linked = files.IsLink(SpoolFolders[0]);
        foreach (var folder in SpoolFolders.Skip(linked ? 1 : 0))
        {
            foreach (var name in NamesIn(folder).Where(IsUser)) TakeCrontab($"{folder}/{name}", name);
        }
        TakeAnacrontab();
        foreach (var (folder, how) in _folders) TakeFolder(folder, how);
        // Folders that nothing runs are told without a time: whoever put a program there believes that it runs.
        foreach (var folder in PeriodicFolders.Where(folder => !_folders.ContainsKey(folder)))
            TakeFolder(folder, new CronItem("@" + Path.GetExtension(folder)[1..], "root", "", folder, null, null, []));
        return _items;
    }

    // Beside the crontabs lie what editors and crontab(1) leave while they write, and cron's own notes.
    private static bool IsUser(string name) =>
        name[0] is not ('.' or '#') && !name.EndsWith('~') && !name.StartsWith("tmp.", StringComparison.Ordinal)
        && name is not ("cron.update" or "lastrun");

    private string Redact(string command) => redactor.Redact(RedactionMode.Cron, command).Text;

    private IReadOnlyList<string> NamesIn(string folder)
    {
        try
        {
            return files.Names(folder) ?? [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            faults.Add(folder, "cannot be listed");
            return [];
        }
    }

    private string? Read(string path)
    {
        var answer = files.TryReadText(path, FileMaxBytes, out var text, isCrontab: true);
        switch (answer)
        {
            case FileAnswer.Opened:
                return text;
            case FileAnswer.PrivateKey:
                faults.Add(path, "is or is called like a private key, so it is not read; what cron may run from it is not told");
                return null;
            case FileAnswer.TooLarge:
                faults.Add(path, $"is larger than {FileMaxBytes >> 20} MiB");
                return null;
            case FileAnswer.Unreadable:
                faults.Add(path, "cannot be read");
                return null;
            default:
                // A folder, a pipe, a link to nowhere: cron does not take it either.
                return null;
        }
    }

    private void TakeCrontab(string path, string? user)
    {
        if (Read(path) is not { } text) return;
        var crontab = Crontab.Read(text, user, Redact);
        if (crontab.Strange > 0) faults.Add(path, $"{crontab.Strange} lines are none of a crontab");
        foreach (var entry in crontab.Entries)
        {
            var time = CronTime.TryParse(entry.Schedule);
            var item = new CronItem(entry.Schedule, entry.User, entry.Command, path, Words(time, entry.Zone),
                NextOf(time, entry.Zone, path), entry.Environment);
            if (RunParts.FolderOf(entry.Command) is { } folder && !(RunParts.LeavesToAnacron(entry.Command) && HasAnacron))
                _folders.TryAdd(folder, item);
            Add(item);
        }
    }

    private bool HasAnacron => (files.Exists("/usr/sbin/anacron") || files.Exists("/sbin/anacron")) && files.Exists("/etc/anacrontab");

    private void TakeAnacrontab()
    {
        if (!HasAnacron || Read("/etc/anacrontab") is not { } text) return;
        foreach (var job in Anacrontab.Read(text, Redact))
        {
            var item = new CronItem(job.Schedule, "root", job.Command, "/etc/anacrontab", job.Words, null, job.Environment);
            if (RunParts.FolderOf(job.Command) is { } folder) _folders[folder] = item;
            Add(item);
        }
    }

    private void TakeFolder(string folder, CronItem how)
    {
        foreach (var name in NamesIn(folder).Where(name => RunParts.IsName(name, _redHat)))
        {
            var path = $"{folder}/{name}";
            if (files.IsExecutable(path)) Add(how with { Command = Redact(path), Source = folder, Environment = [] });
        }
    }

    private void Add(CronItem item)
    {
        if (_items.Count < Limits.InventoryCronItems) _items.Add(item);
        else faults.Add("cron", $"more than {Limits.InventoryCronItems} commands; the rest is left out");
    }

    private string? Words(CronTime? time, string? zoneName) =>
        time is null ? null : zoneName is null ? time.Words : $"{time.Words} in {Redact(zoneName)}";

    private long? NextOf(CronTime? time, string? zoneName, string path)
    {
        var meant = zone;
        // A zone is a file: what could lead out of its folder is none.
        var plain = zoneName is null
            || (zoneName[0] != '/' && zoneName.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '+' or '-' or '/'));
        if (zoneName is not null && !(plain && TimeZoneInfo.TryFindSystemTimeZoneById(zoneName, out meant!)))
        {
            faults.Add(path, "CRON_TZ names a time zone that this host does not know");
            return null;
        }
        return time?.Next(now, meant ?? zone)?.ToUnixTimeMilliseconds();
    }
}
