using System.Text;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Presence;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Engine.Tests.Backups;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Engine.Tests.Storage.Sqlite;

/// <summary>The suite over <c>data.db</c>.</summary>
public sealed class SqliteBackupStoreTests : BackupStoreSuite, IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DataFile _file;
    private readonly ITeamSeals _seals;

    public SqliteBackupStoreTests()
    {
        _file = new DataFile(_folder.Path);
        _file.Prepare();
        _seals = SqliteStoreUnderTest.NewSeals(_file);
        Store = new SqliteBackupStore(_file, _seals);
    }

    protected override IBackupStore Store { get; }

    protected override ISweepList Sweeps => new SqliteSweepList(_file);

    [Fact]
    public async Task The_evidence_of_a_gate_lies_sealed_and_opens_at_its_place_only()
    {
        var server = new ServerKey(Named.Id<TeamId>("team"), Named.Id<ServerId>("server"));
        await KeepAsync(server, "run", 1, Encoding.UTF8.GetBytes("a telling marker"));
        using var reader = _file.OpenReader();
        using var command = reader.CreateCommand();
        command.CommandText = "select gate from backup_snapshots";
        var gate = (byte[])command.ExecuteScalar()!;
        Assert.Equal(-1, gate.AsSpan().IndexOf("marker"u8));
        var snapshot = (await Store.ChainAsync(server, new(1, 0), default))[0].Snapshot;
        var place = KeptSnapshot.GatePlace(server.Server, snapshot);
        Assert.Equal("a telling marker", Encoding.UTF8.GetString(_seals.Get(server.Team).Open(place, gate)));
        Assert.Throws<SealBrokenException>(() => _seals.Get(server.Team).Open(place with { Detail = 2 }, gate));
    }

    [Fact]
    public async Task The_evidence_of_a_freeze_lies_sealed_and_is_none_when_it_was_moved()
    {
        var server = new ServerKey(Named.Id<TeamId>("team"), Named.Id<ServerId>("server"));
        await JudgeAsync(server, 1, "a telling marker");
        using (var reader = _file.OpenReader())
        using (var command = reader.CreateCommand())
        {
            command.CommandText = "select evidence from backup_evidence";
            Assert.Equal(-1, ((byte[])command.ExecuteScalar()!).AsSpan().IndexOf("marker"u8));
        }
        using (var writer = _file.OpenWriter())
        using (var command = writer.CreateCommand())
        {
            command.CommandText = "update backup_evidence set number = 2";
            command.ExecuteNonQuery();
        }
        Assert.Null(await Store.EvidenceAsync(server, 2, default));
    }

    public void Dispose() => _folder.Dispose();
}
