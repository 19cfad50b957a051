using HostAtlas.Agent.Inventory.Cron;

namespace HostAtlas.Agent.Tests.Inventory.Cron;

public sealed class RunPartsTests
{
    [Theory]
    [InlineData("logrotate", true, true)]
    [InlineData("apt-compat", true, true)]
    [InlineData("0hourly", true, true)]
    [InlineData("backup.sh", false, true)]
    [InlineData(".placeholder", false, false)]
    [InlineData("backup~", false, false)]
    [InlineData("x.dpkg-old", false, true)]
    [InlineData("x.rpmsave", false, false)]
    [InlineData("x.bak", false, false)]
    [InlineData("x,v", false, false)]
    [InlineData("", false, false)]
    public void A_name_counts_or_not_as_the_distribution_has_it(string name, bool debian, bool redHat) =>
        Assert.Equal((debian, redHat), (RunParts.IsName(name, redHat: false), RunParts.IsName(name, redHat: true)));

    [Theory]
    [InlineData("cd / && run-parts --report /etc/cron.hourly", "/etc/cron.hourly")]
    [InlineData("test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }", "/etc/cron.daily")]
    [InlineData("test -x /usr/sbin/anacron || ( cd / && run-parts --report /etc/cron.weekly )", "/etc/cron.weekly")]
    [InlineData("run-parts /etc/periodic/daily", "/etc/periodic/daily")]
    [InlineData("nice run-parts /etc/cron.daily", "/etc/cron.daily")]
    [InlineData("/usr/bin/certbot -q renew", null)]
    [InlineData("run-parts", null)]
    public void The_folder_of_a_command_is_found(string command, string? folder) => Assert.Equal(folder, RunParts.FolderOf(command));

    [Fact]
    public void Anacron_tells_its_periods()
    {
        var jobs = Anacrontab.Read("""
            # /etc/anacrontab
            SHELL=/bin/sh
            DB_PASS=hunter2
            START_HOURS_RANGE=3-22
            #period in days   delay in minutes   job-identifier   command
            1	5	cron.daily		nice run-parts /etc/cron.daily
            7	25	cron.weekly		nice run-parts /etc/cron.weekly
            @monthly 45	cron.monthly		nice run-parts /etc/cron.monthly
            3 0 x mysqldump -phunter2 db
            broken line
            """, line => line.Replace("hunter2", "[REDACTED]", StringComparison.Ordinal));
        Assert.Equal(["1 5", "7 25", "@monthly 45", "3 0"], jobs.Select(job => job.Schedule));
        Assert.Equal("every day by anacron, 5 minutes after it looks", jobs[0].Words);
        Assert.Equal("every 3 days by anacron, 0 minutes after it looks", jobs[3].Words);
        Assert.Equal("mysqldump -p[REDACTED] db", jobs[3].Command);
        Assert.Contains("DB_PASS=[REDACTED]", jobs[0].Environment);
    }
}
