using HostAtlas.Agent.Commands;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Spool;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Tests.Commands;

public sealed class CommandDecisionsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly CommandMoment Moment = new(Noon, Noon, TimeZoneInfo.Utc);
    private static readonly AgentOptions Options = new() { Url = new Uri("https://atlas.example.net") };

    [Theory]
    [InlineData(0, true)]
    [InlineData(3_600, true)]
    [InlineData(3_601, false)]
    [InlineData(-200, true)]
    [InlineData(-400, false)]
    public void A_command_lives_an_hour_by_the_platforms_own_clock(int ageSeconds, bool isRun)
    {
        // Whatever this host's clock says.
        var moment = Moment with { Now = Noon.AddYears(-3) };
        Assert.Equal(isRun, IsRun(CommandDecisions.Decide(Ping(Noon.AddSeconds(-ageSeconds)), [], Options, moment)));
    }

    [Fact]
    public void A_command_that_came_before_is_never_run_again()
    {
        var ping = Ping(Noon);
        var before = Entry(CommandKind.AgentPing, Noon) with { Id = ping.Id };
        Assert.IsType<CommandVerdict.GoesOn>(CommandDecisions.Decide(ping, [before], Options, Moment));
        Assert.IsType<CommandVerdict.TellAgain>(
            CommandDecisions.Decide(ping, [before with { Status = CommandStatus.Done, Told = true }], Options, Moment));
        // Not even as another kind.
        var other = ping with { Kind = CommandKind.BackupRun, Command = new PlatformCommand.BackupRun() };
        Assert.IsType<CommandVerdict.TellAgain>(
            CommandDecisions.Decide(other, [before with { Status = CommandStatus.Refused }], Options, Moment));
    }

    [Theory]
    [InlineData(0, true, false)]
    [InlineData(299, true, false)]
    [InlineData(301, true, true)]
    [InlineData(-100_000, true, true)] // The clock was set back.
    [InlineData(10, false, true)] // It was refused, not run.
    public void A_second_backup_within_five_minutes_is_refused(int secondsAgo, bool wasRun, bool isRun)
    {
        var before = Entry(CommandKind.BackupRun, Noon.AddSeconds(-secondsAgo)) with { Status = CommandStatus.Done, WasRun = wasRun };
        Assert.Equal(isRun, IsRun(CommandDecisions.Decide(Backup(), [before], Options, Moment)));
    }

    [Theory]
    [InlineData(CommandKind.BackupVerify, false, false, true)]
    [InlineData(CommandKind.BackupRun, false, false, true)]
    [InlineData(CommandKind.InventoryRefresh, true, true, false)]
    [InlineData(CommandKind.AgentPing, true, true, true)]
    public void One_heavy_thing_goes_on_at_a_time(string going, bool backup, bool verify, bool inventory)
    {
        var known = new[] { Entry(going, Noon.AddHours(-3)) };
        Assert.Equal(backup, IsRun(CommandDecisions.Decide(Backup(), known, Options, Moment)));
        var look = Received(CommandKind.BackupVerify, new PlatformCommand.BackupVerify(null));
        Assert.Equal(verify, IsRun(CommandDecisions.Decide(look, known, Options, Moment)));
        Assert.Equal(inventory, IsRun(CommandDecisions.Decide(Inventory(), known, Options, Moment)));
        Assert.True(IsRun(CommandDecisions.Decide(Ping(Noon), known, Options, Moment)));
    }

    [Fact]
    public void In_quiet_hours_nothing_heavy_is_begun()
    {
        var options = Options with { QuietHours = HourSpan.TryParse("08:00-18:00") };
        Assert.Contains("18:00:00Z", Why(CommandDecisions.Decide(Backup(), [], options, Moment)), StringComparison.Ordinal);
        Assert.False(IsRun(CommandDecisions.Decide(Inventory(), [], options, Moment)));
        Assert.True(IsRun(CommandDecisions.Decide(Ping(Noon), [], options, Moment)));
        Assert.True(IsRun(CommandDecisions.Decide(Backup(), [], options, Moment with { Now = Noon.AddHours(7) })));
    }

    [Fact]
    public void The_hosts_owner_says_which_kinds_are_run()
    {
        var options = Options with { Commands = new CommandOptions { Kinds = [CommandKind.AgentPing] } };
        Assert.True(IsRun(CommandDecisions.Decide(Ping(Noon), [], options, Moment)));
        Assert.Contains("configuration", Why(CommandDecisions.Decide(Backup(), [], options, Moment)), StringComparison.Ordinal);
    }

    private static bool IsRun(CommandVerdict verdict) => verdict is CommandVerdict.Run;

    private static string Why(CommandVerdict verdict) => Assert.IsType<CommandVerdict.Refuse>(verdict).Why;

    private static ReceivedCommand Ping(DateTimeOffset at) => Received(CommandKind.AgentPing, new PlatformCommand.Ping()) with
    {
        IssuedAt = at,
    };

    private static ReceivedCommand Backup() => Received(CommandKind.BackupRun, new PlatformCommand.BackupRun());

    private static ReceivedCommand Inventory() => Received(CommandKind.InventoryRefresh, new PlatformCommand.InventoryRefresh());

    private static ReceivedCommand Received(string kind, PlatformCommand command) =>
        new(CommandId.Wrap(BatchId.Draw()), kind, command, Noon, "");

    private static LedgerEntry Entry(string kind, DateTimeOffset at) =>
        new() { Id = CommandId.Wrap(BatchId.Draw()), Kind = kind, At = at, WasRun = true };
}
