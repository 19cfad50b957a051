using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sealing.Rotation;
using HostAtlas.Shared.Ids;
using Microsoft.Extensions.Logging.Abstractions;

namespace HostAtlas.Engine.Tests.Storage.Sealing.Rotation;

/// <summary>What the pass that seals anew needs of a store, shown by the pass itself. One subclass a store.</summary>
public abstract class SealedValuesSuite
{
    private const int ServersATeam = 3, RowsAServer = 400;

    private static readonly TeamId Team = Named.Id<TeamId>("team"), Other = Named.Id<TeamId>("other");
    private static readonly string[] People = [$"user-{Named.Address("ada")}", $"user-{Named.Address("bob")}"];

    private readonly RootKeys _roots = new(Named.Bytes("root"));
    private TeamSeals? _seals;
    private PlatformSeal? _platform;

    /// <summary>The store's.</summary>
    protected abstract ISealedValues Values { get; }

    /// <summary>The store's.</summary>
    protected abstract IKeyStore Keys { get; }

    /// <summary>Puts rows as they are; the columns that are not given may be anything.</summary>
    protected abstract void Plant(TeamId? team, IEnumerable<StoredValue> values);

    private TeamSeals Seals => _seals ??= new TeamSeals(Keys, _roots, TimeProvider.System);

    private PlatformSeal Platform => _platform ??= new PlatformSeal(_roots);

    [Fact]
    public async Task Every_table_is_sealed_anew_and_each_value_opens_to_what_it_was()
    {
        PlantAll();
        var before = await AllAsync(Team);
        Assert.Equal(2 + 2 + 1 + 1 + (ServersATeam * (1 + 1 + 1 + 1 + 2 + 3 + 5 + RowsAServer)) + 1, before.Count);
        Rotate();
        Assert.Equal(before.Count, await Pass().CountAsync(Team, default));
        var done = 0;
        await Pass().RunAsync(Team, count => done += count, default);

        Assert.Equal((before.Count, 0L), (done, await Pass().CountAsync(Team, default)));
        var after = await AllAsync(Team);
        Assert.Equal(before.Select(value => value.Place), after.Select(value => value.Place));
        Assert.All(after, value =>
        {
            Assert.Equal(2, TeamSeal.KeyNumberOf(value.Sealed));
            Assert.Equal(TextOf(value), System.Text.Encoding.UTF8.GetString(Seals.Get(Team).Open(value.Place, value.Sealed)));
        });
        // Nobody else's: each team has a pass of its own.
        Assert.All(await AllAsync(Other), value => Assert.Equal(1, TeamSeal.KeyNumberOf(value.Sealed)));
    }

    [Fact]
    public async Task Peoples_entities_go_to_the_newest_root()
    {
        PlantAll();
        _roots.Prepend(Named.Bytes("young root"));
        await Pass().RunAsync(null, _ => { }, default);
        Assert.Equal(0, await Pass().CountAsync(null, default));
        foreach (var table in new[] { SealedTable.Journal, SealedTable.Snapshots })
        {
            var values = await Values.ReadAsync(null, table, null, [0xFF], 1_000, default);
            Assert.Equal(4, values.Count);
            Assert.All(values, value => Assert.Equal(TextOf(value),
                System.Text.Encoding.UTF8.GetString(Platform.Open(table, value.Person!, value.Place.Detail, value.Sealed))));
        }
    }

    [Fact]
    public async Task A_pass_that_was_killed_goes_on_where_it_stopped()
    {
        PlantAll();
        Rotate();
        using var kill = new CancellationTokenSource();
        var pages = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Pass().RunAsync(Team, _ =>
        {
            // Among the reports, the largest table.
            if (++pages == 12) kill.Cancel();
        }, kill.Token));
        var left = await Pass().CountAsync(Team, default);
        Assert.InRange(left, 1, (ServersATeam * RowsAServer) - 1);
        var done = 0L;
        await Pass().RunAsync(Team, count => done += count, default);
        Assert.Equal((left, 0L), (done, await Pass().CountAsync(Team, default)));
    }

    [Fact]
    public async Task A_value_that_was_changed_meanwhile_stays_as_its_writer_left_it()
    {
        PlantAll();
        Rotate();
        var head = Seals.Get(Team).Head();
        foreach (var table in new[] { SealedTable.MetricMinutes, SealedTable.Journal })
        {
            var read = (await Values.ReadAsync(Team, table, null, head, 1, default))[0];
            var theirs = Seals.Get(Team).Seal(read.Place, "newer"u8);
            Assert.Equal(1, await Values.ReplaceAsync(Team, table, [(read, theirs)], default));
            Assert.Equal(0, await Values.ReplaceAsync(Team, table, [(read, Seals.Get(Team).Seal(read.Place, "stale"u8))], default));
            var now = (await Values.ReadAsync(Team, table, null, [0xFF], 1, default))[0];
            Assert.Equal("newer"u8.ToArray(), Seals.Get(Team).Open(read.Place, now.Sealed));
        }
    }

    [Fact]
    public async Task A_value_that_does_not_open_is_left_alone_and_holds_nothing_up()
    {
        PlantAll();
        var moved = (await Values.ReadAsync(Team, SealedTable.MetricRows, null, [0xFF], 3, default))[1];
        var elsewhere = moved with { Place = moved.Place with { AtMs = 99 } };
        Plant(Team, [elsewhere]);
        Rotate();
        await Pass().RunAsync(Team, _ => { }, default);
        Assert.Equal(1, await Pass().CountAsync(Team, default));
    }

    private static string TextOf(StoredValue value) => $"{value.Person}{value.Place}";

    private Resealing Pass() => new(Values, Seals, Platform,
        new ResealTimes(TimeSpan.Zero, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1)), TimeProvider.System,
        NullLogger<Resealing>.Instance);

    private void Rotate()
    {
        Keys.Put([_roots.Wrap(Team, 2, Named.Bytes("second key"), Named.Noon)]);
        Seals.Refresh(Team);
    }

    private async Task<List<StoredValue>> AllAsync(TeamId team)
    {
        var all = new List<StoredValue>();
        foreach (var table in Enum.GetValues<SealedTable>())
        {
            for (StoredValue? after = null; ;)
            {
                var page = await Values.ReadAsync(team, table, after, [0xFF], 70, default);
                if (page.Count == 0) break;
                all.AddRange(page);
                after = page[^1];
            }
        }
        return all;
    }

    private void PlantAll()
    {
        foreach (var team in new[] { Team, Other })
        {
            var seal = Seals.Get(team);
            var places = new List<(SealPlace Place, long Key)> { (new(SealedTable.Teams, null, 0, 0), 0) };
            places.Add((new(SealedTable.AuditHeads, null, 0, 2), 0));
            places.Add((new(SealedTable.TeamChanges, null, 1_000, 2), 0));
            for (var number = 1; number <= 2; number++)
            {
                places.Add((new(SealedTable.Journal, null, 0, number), 0));
                places.Add((new(SealedTable.AuditEntries, null, 1_000, number), 0));
            }
            for (var i = 0; i < ServersATeam; i++)
            {
                var server = Named.Id<ServerId>($"{team}{i}");
                places.Add((new(SealedTable.Servers, server, 0, 0), 0));
                places.Add((new(SealedTable.MetricSets, server, 0, -7), 0));
                places.Add((new(SealedTable.MetricMinutes, server, 3_600_000, 7), 0));
                places.Add((new(SealedTable.MetricHours, server, 3_600_000, 7), 0));
                places.Add((new(SealedTable.Journal, server, 0, 1), 0));
                places.Add((new(SealedTable.Snapshots, server, 0, 100), 0));
                // Of the server's backups: the same numbers, another entity.
                places.Add((EntitySeal.PlaceOf(SealedTable.Journal, $"backup-{team}.{server}", 1), 0));
                places.Add((EntitySeal.PlaceOf(SealedTable.Snapshots, $"backup-{team}.{server}", 100), 0));
                places.Add((new(SealedTable.BackupEvidence, server, 1_000, 1), 0));
                places.Add((new(SealedTable.GateEvidence, server, 1_000, 1), 0));
                // Two lines of one batch and time.
                places.Add((new(SealedTable.LogLines, server, 1_000, 0), -5));
                places.Add((new(SealedTable.LogLines, server, 1_000, 1), -5));
                places.Add((new(SealedTable.Inventories, server, 1_000, 0), 0));
                places.Add((new(SealedTable.Notifications, server, 1, 7), 0));
                for (var row = 0; row < RowsAServer; row++) places.Add((new(SealedTable.MetricRows, server, row / 2, 7), row));
            }
            Plant(team, places.Select(at =>
            {
                var value = new StoredValue(at.Place, at.Key, null, []);
                return value with { Sealed = seal.Seal(at.Place, System.Text.Encoding.UTF8.GetBytes(TextOf(value))) };
            }));
        }
        Plant(null, People.SelectMany(person => new[] { SealedTable.Journal, SealedTable.Snapshots }.SelectMany(table =>
            new long[] { 1, 2 }.Select(number =>
            {
                var value = new StoredValue(new SealPlace(table, null, 0, number), 0, person, []);
                return value with { Sealed = Platform.Seal(table, person, number, System.Text.Encoding.UTF8.GetBytes(TextOf(value))) };
            }))));
    }
}
