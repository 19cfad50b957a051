using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Tests.Inventory.Cron;

public sealed class CronSourceTests : IDisposable
{
    private const string DebianCrontab = """
        SHELL=/bin/sh
        17 *	* * *	root	cd / && run-parts --report /etc/cron.hourly
        25 6	* * *	root	test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }
        47 6	* * 7	root	test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.weekly; }
        """;

    private readonly LaidOutHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_Debian_host_tells_all_its_places()
    {
        _host.Write("/etc/os-release", "ID=debian\n").Write("/etc/crontab", DebianCrontab)
            .Write("/etc/cron.d/php", "09,39 * * * * root [ -x /usr/lib/php/sessionclean ] && /usr/lib/php/sessionclean\n")
            .Write("/etc/cron.d/php.dpkg-old", "* * * * * root /old\n").Write("/etc/cron.d/.placeholder", "* * * * * root /no\n")
            .Write("/var/spool/cron/crontabs/bob", "5 3 * * * /srv/backup.sh\n").Write("/var/spool/cron/crontabs/bob~", "* * * * * /no\n")
            .Script("/etc/cron.daily/logrotate").Script("/etc/cron.daily/no.sh").Write("/etc/cron.daily/notes", "not executable")
            .Script("/etc/cron.monthly/report");
        var cron = (await _host.CollectAsync()).Cron;
        Assert.Equal(
            ["/etc/cron.d/php: root", "/etc/cron.daily: root", "/etc/cron.monthly: root", "/etc/crontab: root", "/etc/crontab: root",
                "/etc/crontab: root", "/var/spool/cron/crontabs/bob: bob"],
            cron.Select(item => $"{item.Source}: {item.User}").Order(StringComparer.Ordinal));
        var logrotate = cron.Single(item => item.Command == "/etc/cron.daily/logrotate");
        Assert.Equal(("25 6 * * *", "every day at 06:25", Ms(11, 6, 25)), (logrotate.Schedule, logrotate.Words, logrotate.Next));
        // Nothing runs this folder.
        Assert.Equal(("@monthly", null, null), Of(cron.Single(item => item.Command == "/etc/cron.monthly/report")));
        Assert.Equal(("5 3 * * *", "every day at 03:05", Ms(11, 3, 5)), Of(cron.Single(item => item.User == "bob")));
    }

    [Fact]
    public async Task Where_anacron_is_installed_its_table_says_when()
    {
        _host.Write("/etc/os-release", "ID=debian\n").Write("/etc/crontab", DebianCrontab).Script("/usr/sbin/anacron")
            .Write("/etc/anacrontab", "1 5 cron.daily run-parts --report /etc/cron.daily\n").Script("/etc/cron.daily/logrotate");
        var cron = (await _host.CollectAsync()).Cron;
        Assert.Equal(("1 5", "every day by anacron, 5 minutes after it looks", null),
            Of(cron.Single(item => item.Command == "/etc/cron.daily/logrotate")));
    }

    [Fact]
    public async Task A_Red_Hat_host_and_an_Alpine_host_are_read_as_they_are()
    {
        _host.Write("/etc/os-release", "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n")
            .Write("/etc/cron.d/0hourly", "01 * * * * root run-parts /etc/cron.hourly\n").Write("/etc/cron.d/a.b", "* * * * * root /yes\n")
            .Script("/etc/cron.hourly/0anacron").Script("/etc/cron.hourly/x.rpmsave")
            .Write("/var/spool/cron/alice", "@reboot /srv/start\n");
        Assert.Equal(["/etc/cron.hourly/0anacron", "/srv/start", "/yes", "run-parts /etc/cron.hourly"],
            (await _host.CollectAsync()).Cron.Select(item => item.Command).Order(StringComparer.Ordinal));
        using var alpine = new LaidOutHost();
        alpine.Write("/etc/os-release", "ID=alpine\n").Write("/etc/crontabs/root", "0 2 * * * run-parts /etc/periodic/daily\n")
            .Link("/var/spool/cron/crontabs", "../../../etc/crontabs").Script("/etc/periodic/daily/backup");
        Assert.Equal(["/etc/periodic/daily/backup", "run-parts /etc/periodic/daily"],
            (await alpine.CollectAsync()).Cron.Select(item => item.Command).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_zone_is_heeded_and_one_that_is_none_is_told()
    {
        _host.Write("/etc/cron.d/one", "CRON_TZ=Asia/Tokyo\n0 9 * * * root /tokyo\nCRON_TZ=../../../etc/passwd\n0 9 * * * root /nowhere\n");
        var report = await _host.CollectAsync();
        Assert.Equal(("0 9 * * *", "every day at 09:00 in Asia/Tokyo", Ms(11, 0, 0)), Of(report.Cron[0]));
        Assert.Null(report.Cron[1].Next);
        Assert.Contains(report.Faults, fault => fault.Reason.Contains("CRON_TZ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nobody_hides_a_crontab_by_a_comment_or_a_name_that_speaks_of_a_key()
    {
        const string Job = "* * * * * root /srv/hidden\n";
        _host.Write("/etc/cron.d/comment", $"# -----BEGIN PRIVATE KEY-----\n{Job}").Write("/etc/cron.d/id_job", Job)
            .Write("/etc/cron.d/rotate_key", Job).Write("/etc/cron.d/within", $"MAILTO=root\n-----BEGIN PRIVATE KEY-----\n{Job}")
            .Write("/etc/cron.d/real", $"-----BEGIN PRIVATE KEY-----\n{Job}").Write("/etc/cron.d/id_rsa", Job);
        var report = await _host.CollectAsync();
        Assert.Equal(["/etc/cron.d/comment", "/etc/cron.d/id_job", "/etc/cron.d/rotate_key", "/etc/cron.d/within"],
            report.Cron.Where(item => item.Command == "/srv/hidden").Select(item => item.Source).Order(StringComparer.Ordinal));
        // What is a key by its first line or its whole name stays unread, and is told.
        Assert.Equal(["/etc/cron.d/id_rsa", "/etc/cron.d/real"], report.Faults.Where(fault => fault.Reason.Contains("private key",
            StringComparison.Ordinal)).Select(fault => fault.Source).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Pipes_loops_folders_and_large_files_hold_nothing_up()
    {
        _host.Pipe("/etc/cron.d/pipe").Link("/etc/cron.d/loop", "loop").Link("/etc/cron.d/nowhere", "gone")
            .Write("/etc/cron.d/large", new byte[(1 << 20) + 1]).Write("/etc/cron.d/folder/x", "* * * * * root /no\n")
            .Write("/etc/cron.d/binary", [0, 255, 1, 2, 10, 254, 42]).Write("/etc/cron.d/good", "* * * * * root /good\n")
            .Pipe("/etc/crontab");
        var report = await _host.CollectAsync();
        Assert.Equal(["/good"], report.Cron.Select(item => item.Command));
        Assert.Equal(["/etc/cron.d/binary", "/etc/cron.d/large", "/etc/cron.d/loop"],
            report.Faults.Select(fault => fault.Source).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("/etc/cron.d/pipe", _host.Reads.Keys);
        Assert.DoesNotContain("/etc/cron.d/large", _host.Reads.Keys);
    }

    private static (string Schedule, string? Words, long? Next) Of(CronItem item) => (item.Schedule, item.Words, item.Next);

    private static long Ms(int day, int hour, int minute) =>
        new DateTimeOffset(2026, 3, day, hour, minute, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
}
