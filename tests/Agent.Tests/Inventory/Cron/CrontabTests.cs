using HostAtlas.Agent.Inventory.Cron;
using HostAtlas.Agent.Redaction;

namespace HostAtlas.Agent.Tests.Inventory.Cron;

public sealed class CrontabTests
{
    [Fact]
    public void A_users_crontab_gives_its_commands_with_what_is_set_before_them()
    {
        var crontab = Read("""
            # m h dom mon dow command
            SHELL=/bin/bash
            PGPASSWORD = "s3cr3t value"
            CRON_TZ=Europe/Berlin

            5 3 * * *   pg_dump shop | gzip > /backup/shop.gz
            	@reboot  /opt/start.sh
            CRON_TZ=
            API_TOKEN=abc123
            -*/5 * * * * /usr/bin/quiet
            0 0 1 jan,jul * mysqldump -u root -phunter2 mydb > /backup/db.sql
            """, "bob");
        Assert.Equal(4, crontab.Entries.Count);
        Assert.Equal(0, crontab.Strange);
        var (dump, start, quiet, last) = (crontab.Entries[0], crontab.Entries[1], crontab.Entries[2], crontab.Entries[3]);
        Assert.Equal(("5 3 * * *", "bob", "pg_dump shop | gzip > /backup/shop.gz", "Europe/Berlin"),
            (dump.Schedule, dump.User, dump.Command, dump.Zone));
        Assert.Equal(("@reboot", "/opt/start.sh"), (start.Schedule, start.Command));
        Assert.Equal(("*/5 * * * *", "/usr/bin/quiet", null), (quiet.Schedule, quiet.Command, quiet.Zone));
        Assert.Equal("mysqldump -u root -p[REDACTED] mydb > /backup/db.sql", last.Command);
        Assert.Equal(["SHELL=/bin/bash", "PGPASSWORD=[REDACTED]", "CRON_TZ=[REDACTED]"], dump.Environment);
        Assert.Contains("API_TOKEN=[REDACTED]", last.Environment);
    }

    [Fact]
    public void A_system_crontab_names_the_user_of_each_line()
    {
        var crontab = Read("17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly\n@daily www-data /usr/bin/php /srv/cron.php\n",
            null);
        Assert.Equal([("17 * * * *", "root"), ("@daily", "www-data")], crontab.Entries.Select(entry => (entry.Schedule, entry.User)));
        Assert.Equal("cd / && run-parts --report /etc/cron.hourly", crontab.Entries[0].Command);
    }

    [Theory]
    [InlineData("date +\\%F > /tmp/day", "date +\\%F > /tmp/day")]
    [InlineData("mail -s hello bob%Dear Bob,%here is my password", "mail -s hello bob%[REDACTED]")]
    [InlineData("chpasswd%root:hunter2", "chpasswd%[REDACTED]")]
    [InlineData("cat %", "cat %")]
    public void What_a_percent_sign_feeds_to_a_command_is_not_kept(string command, string told) =>
        Assert.Equal(told, Read($"* * * * * {command}", "bob").Entries.Single().Command);

    [Theory]
    [InlineData("NAME=value", "NAME", "value")]
    [InlineData("NAME = value", "NAME", "value")]
    [InlineData("'NAME' = 'a b'", "NAME", "a b")]
    [InlineData("\"NAME\"=\"a b\"", "NAME", "a b")]
    [InlineData("NAME=", "NAME", "")]
    [InlineData("NAME=a=b", "NAME", "a=b")]
    public void An_assignment_is_read_as_cron_reads_it(string line, string name, string value) =>
        Assert.Equal((name, value), CrontabLine.Assignment(line));

    [Theory]
    [InlineData("* * * * * A=b command")]
    [InlineData("@daily A=b command")]
    [InlineData("5 4 * * * x=y")]
    [InlineData("no assignment")]
    [InlineData("=value")]
    [InlineData("a b=c")]
    public void Other_lines_are_no_assignments(string line) => Assert.Null(CrontabLine.Assignment(line));

    [Fact]
    public void Hostile_text_is_counted_and_ends()
    {
        var crontab = Read("\0\u0001\u0002\n" + new string('*', 100_000) + "\n* * * * *\n* * *\n1 2 3 4 5 " + new string('x', 200_000)
            + "\n" + string.Concat(Enumerable.Repeat("A=b\n* * * * * c\n", 6_000)), "bob");
        Assert.Equal(4, crontab.Strange);
        // The line that is too long for the redactor is replaced whole.
        Assert.Equal("[REDACTED]", crontab.Entries[0].Command);
        Assert.InRange(crontab.Entries.Count, 1, Crontab.LinesMax);
    }

    private static Crontab Read(string text, string? user) =>
        Crontab.Read(text, user, command => Redactor.BuiltIn.Redact(RedactionMode.Cron, command).Text);
}
