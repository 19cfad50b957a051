using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Operations;
using HostAtlas.Engine.Presence;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Operations;

/// <summary>How a sweep is told to operators.</summary>
public sealed class RetentionVerbsTests(OpsFixture ops) : IClassFixture<OpsFixture>
{
    private static readonly SweepTally Tally = new(new ServerKey(Named.Id<TeamId>("team"), Named.Id<ServerId>("server")))
    {
        Stop = RetentionStop.Held,
        Expired = 2,
        Noticed = new(3, 30),
        Marked = new(4, 40),
        Deleted = new(5, 50),
        Held = new(new(6, 60), new DateTimeOffset(2026, 2, 3, 12, 0, 0, TimeSpan.Zero)),
    };

    [Fact]
    public void A_sweep_is_a_line()
    {
        Assert.Equal(
            $"{Tally.Server}   dry run: expired 2 snapshots   announced 3 objects (30 bytes)   decided 4 objects (40 bytes)   "
            + "deleted 5 objects (50 bytes)   kept by the bucket's lock 6 objects (60 bytes) until 2026-02-03T12:00:00Z   stopped: held",
            RetentionVerbs.Draw(Tally, isDry: true));
        Assert.Equal(
            $"{{\"team\":\"{Tally.Server.Team}\",\"server\":\"{Tally.Server.Server}\",\"stopped\":\"held\",\"expiredSnapshots\":2,"
            + "\"noticedObjects\":3,\"noticedBytes\":30,\"markedObjects\":4,\"markedBytes\":40,\"deletedObjects\":5,\"deletedBytes\":50,"
            + "\"heldObjects\":6,\"heldBytes\":60,\"heldUntil\":\"2026-02-03T12:00:00Z\"}",
            RetentionVerbs.Json(Tally).ToJsonString());
        Assert.Equal("away", (string?)RetentionVerbs.Json(Tally with { Fault = "away" })["fault"]);
    }

    [Fact]
    public async Task Over_the_socket_it_goes_through_the_list_of_servers()
    {
        foreach (var options in (string[][])[[], ["--dry-run"]])
            Assert.Equal((0, "No server has backups.\n", ""), await ops.RunAsync(["retention", "run", .. options]));
    }
}
