using HostAtlas.Agent.Inventory;
using HostAtlas.Agent.Inventory.Cron;

namespace HostAtlas.Agent.Tests.Inventory.Cron;

public sealed class TimerSourceTests : IDisposable
{
    // systemd 252, Debian 12.
    private const string Listed = """
        [{"next":1773187200000000,"left":1773187200000000,"last":0,"passed":0,"unit":"certbot.timer","activates":"certbot.service"},
        {"next":0,"left":0,"last":0,"passed":0,"unit":"fstrim.timer","activates":"fstrim.service"},
        {"next":null,"left":null,"last":null,"passed":null,"unit":"own.timer","activates":"own.service"}]
        """;

    private const string Schedules = """
        Id=certbot.timer
        TimersCalendar={ OnCalendar=*-*-* 00,12:00:00 ; next_elapse=Wed 2026-03-11 00:00:00 UTC }

        Id=fstrim.timer
        TimersCalendar={ OnCalendar=Mon *-*-* 00:00:00 ; next_elapse=n/a }

        Id=own.timer
        TimersMonotonic={ OnUnitActiveUSec=1d ; next_elapse=0 }
        TimersMonotonic={ OnBootUSec=15min ; next_elapse=0 }
        """;

    private const string Services = """
        Id=certbot.service
        User=
        ExecStart={ path=/usr/bin/certbot ; argv[]=/usr/bin/certbot -q renew ; ignore_errors=no ; start_time=[n/a] ; pid=0 }

        Id=own.service
        User=backup
        ExecStart={ path=/usr/bin/mysqldump ; argv[]=/usr/bin/mysqldump -u root -phunter2 db ; ignore_errors=no ; start_time=[n/a] ; pid=0 }
        """;

    private readonly LaidOutHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Timers_are_told_with_what_they_start()
    {
        Booted();
        _host.Programs.AddRange([("list-timers", Said(Listed)), ("TimersCalendar", Said(Schedules)), ("ExecStart", Said(Services))]);
        var report = await _host.CollectAsync();
        var (certbot, fstrim, own) = (report.Cron[0], report.Cron[1], report.Cron[2]);
        Assert.Equal(("OnCalendar=*-*-* 00,12:00:00", "root", "/usr/bin/certbot -q renew", "certbot.timer"),
            (certbot.Schedule, certbot.User, certbot.Command, certbot.Source));
        Assert.Equal(("every day at 00:00 and 12:00", 1773187200000L), (certbot.Words, certbot.Next));
        Assert.Equal(("on Monday at 00:00", null, "fstrim.service"), (fstrim.Words, fstrim.Next, fstrim.Command));
        Assert.Equal(("OnBootSec=15min; OnUnitActiveSec=1d", "backup", "/usr/bin/mysqldump -u root -p[REDACTED] db"),
            (string.Join("; ", own.Schedule.Split("; ").Order(StringComparer.Ordinal)), own.User, own.Command));
        Assert.Equal("1d after it was last started; 15min after the host was started", own.Words);
        Assert.All(_host.Runs, run => Assert.StartsWith("/usr/bin/systemctl ", run, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("*-*-* 06:00:00", "every day at 06:00")]
    [InlineData("*-*-* *:00:00", "every hour")]
    [InlineData("*-*-* *:00/15:00", "every 15 minutes")]
    [InlineData("Mon..Fri *-*-* 09:30:00", "from Monday to Friday at 09:30")]
    [InlineData("*-*-01 00:00:00", "on day 1 of the month at 00:00")]
    [InlineData("*-01-01 00:00:00", "on day 1 of the month at 00:00 in January")]
    [InlineData("*-*-* 06:00:00 Europe/Berlin", "every day at 06:00 in Europe/Berlin")]
    [InlineData("Mon *-*-01..07 00:00:00", null)]
    [InlineData("2026-12-24 18:00:00", null)]
    [InlineData("*-*-* 06:00:30", null)]
    [InlineData("*-*~01 00:00:00", null)]
    [InlineData("nonsense", null)]
    public void A_calendar_expression_is_put_into_words_where_cron_could_say_it(string calendar, string? words) =>
        Assert.Equal(words, TimerSchedule.Words(calendar));

    [Fact]
    public async Task A_host_without_systemd_is_asked_nothing_and_lacks_nothing()
    {
        var report = await _host.CollectAsync();
        Assert.Empty(_host.Runs);
        Assert.Empty(report.Faults);
        Assert.Empty(report.Units);
        Assert.Null(report.Host.Updates);
    }

    [Theory]
    [InlineData("NEXT LEFT LAST PASSED UNIT ACTIVATES\n", 0)]
    [InlineData("{\"unit\":1}", 0)]
    [InlineData("", 1)]
    public async Task What_cannot_be_read_is_a_fault(string said, int exitCode)
    {
        Booted();
        _host.Programs.Add(("list-timers", new ProgramAnswer(exitCode, said, exitCode == 0 ? "" : "Failed to connect, password=hunter2")));
        var report = await _host.CollectAsync();
        var fault = Assert.Single(report.Faults, fault => fault.Source == "systemd timers");
        Assert.DoesNotContain("hunter2", fault.Reason, StringComparison.Ordinal);
        Assert.Contains(report.Faults, other => other is { Source: "systemd units", Reason: "does not start" });
    }

    private void Booted() => _host.Write("/run/systemd/system/x", "").Script("/usr/bin/systemctl");

    private static ProgramAnswer Said(string text) => new(0, text, "");
}
