using HostAtlas.Agent.Commands;
using HostAtlas.Agent.Spool;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Commands;

public sealed class CommandLedgerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Path => _folder.File("commands.json");

    [Fact]
    public void What_was_going_on_when_the_process_ended_has_failed_and_is_told()
    {
        var (going, done) = (Entry(), Entry());
        var ledger = new CommandLedger(Path);
        ledger.Add(done);
        ledger.End(done.Id, CommandOutcome.Done("well"));
        ledger.Tell(done.Id, told: true);
        ledger.Add(going);
        Assert.Null(ledger.NextUntold);

        var next = new CommandLedger(Path);
        Assert.Equal((going.Id, CommandStatus.Failed), (next.NextUntold!.Id, next.NextUntold.Status));
        Assert.Contains("not run again", next.NextUntold.Detail, StringComparison.Ordinal);
        Assert.Equal("well", next.Entries[0].Detail);
    }

    [Fact]
    public void It_is_bounded_and_keeps_what_goes_on_and_what_was_not_told()
    {
        var ledger = new CommandLedger(Path);
        var (going, untold) = (Entry(), Entry());
        ledger.Add(going);
        ledger.Add(untold with { Status = CommandStatus.Refused });
        for (var i = 0; i < CommandLedger.MostEntries; i++) ledger.Add(Entry() with { Status = CommandStatus.Done, Told = true });
        Assert.Equal(CommandLedger.MostEntries, ledger.Entries.Count);
        Assert.Equal([going.Id, untold.Id], ledger.Entries.Take(2).Select(entry => entry.Id));
    }

    [Fact]
    public void A_command_that_is_not_on_the_disk_is_not_taken()
    {
        var ledger = new CommandLedger(_folder.File("missing/commands.json"));
        Assert.ThrowsAny<IOException>(() => ledger.Add(Entry()));
        Assert.Empty(ledger.Entries);
    }

    [Fact]
    public void A_spoilt_file_is_an_empty_one()
    {
        File.WriteAllText(Path, "[{");
        Assert.Empty(new CommandLedger(Path).Entries);
    }

    public void Dispose() => _folder.Dispose();

    private static LedgerEntry Entry() => new()
    {
        Id = CommandId.Wrap(BatchId.Draw()),
        Kind = CommandKind.AgentPing,
        At = DateTimeOffset.UnixEpoch,
        WasRun = true,
    };
}
