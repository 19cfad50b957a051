using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared;
using HostAtlas.Shared.Ids;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>
/// Makes sure that the name lists of a flush are stored and marked as used, and that no server gets more than
/// <see cref="Limits.MetricNamesPerServer"/> names. A question to the database only for a list that this process has not marked today. A
/// server's names are counted from what the database holds at that moment; two flushes that bring it new lists in the same instant are
/// counted one by one.
/// </summary>
internal sealed class NameAdmission(NpgsqlConnection connection, NameSetLedger ledger, TimeSpan namesCountFor)
{
    private readonly Dictionary<ServerId, Dictionary<long, byte[]>> _stored = [];
    private readonly Dictionary<ServerId, HashSet<string>> _names = [];
    private readonly Dictionary<(ServerId, long), (SealedItem Item, int Set, int Day)> _marked = [];

    /// <summary>Stores and marks; gives the batches that are refused, of which nothing is stored.</summary>
    public async Task<IReadOnlySet<SealedItem>> RunAsync(IReadOnlyList<SealedItem> batches, CancellationToken cancellation)
    {
        var unmarked = batches.Select(batch => (Batch: batch, Sets: Unmarked(batch))).Where(batch => batch.Sets.Count > 0).ToList();
        if (unmarked.Count == 0) return System.Collections.Frozen.FrozenSet<SealedItem>.Empty;
        await LoadAsync(unmarked.Select(batch => batch.Batch.Item).DistinctBy(item => item.Server).ToList(), cancellation)
            .ConfigureAwait(false);
        var refused = new HashSet<SealedItem>(ReferenceEqualityComparer.Instance);
        foreach (var (batch, sets) in unmarked)
        {
            if (!Admit(batch, sets)) refused.Add(batch);
        }
        if (_marked.Count > 0) await MarkAsync(cancellation).ConfigureAwait(false);
        return refused;
    }

    private List<int> Unmarked(SealedItem batch)
    {
        var day = Day(batch);
        return [.. Enumerable.Range(0, batch.SetIds.Count).Where(set => !ledger.Knows(batch.Item.Server, batch.SetIds[set], day))];
    }

    private bool Admit(SealedItem batch, List<int> sets)
    {
        var server = batch.Item.Server;
        var stored = _stored.GetValueOrDefault(server) ?? [];
        var fresh = sets.Where(set => !stored.ContainsKey(batch.SetIds[set]) && !_marked.ContainsKey((server, batch.SetIds[set]))).ToList();
        if (fresh.Count > 0 && !TryAddNames(batch, fresh, stored)) return false;
        foreach (var set in sets)
        {
            _marked.TryAdd((server, batch.SetIds[set]), (batch, set, Day(batch)));
            ledger.Stage(server, batch.SetIds[set], Day(batch));
        }
        return true;
    }

    private bool TryAddNames(SealedItem batch, List<int> fresh, Dictionary<long, byte[]> stored)
    {
        var server = batch.Item.Server;
        if (!_names.TryGetValue(server, out var names))
        {
            names = _names[server] = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (setId, sealedNames) in stored)
                names.UnionWith(NameSet.Split(batch.Seal.Open(SealedItem.SetPlace(server, setId), sealedNames)));
        }
        var added = fresh.SelectMany(set => NameSet.Split(batch.Item.Batch.Sets[set].NamesUtf8))
            .Where(name => !names.Contains(name)).ToHashSet(StringComparer.Ordinal);
        if (names.Count + added.Count > Limits.MetricNamesPerServer) return false;
        names.UnionWith(added);
        return true;
    }

    private async Task LoadAsync(List<MetricsItem> servers, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select s.server, s.set_id, s.names from unnest($1, $2, $3) as w(team, server, since)
            join metric_sets s on s.team = w.team and s.server = w.server and s.used_day >= w.since
            """, connection);
        command.Parameters.AddWithValue(servers.Select(item => item.Team.Value).ToArray());
        command.Parameters.AddWithValue(servers.Select(item => item.Server.Value).ToArray());
        // Lists are kept as long as any roll-up needs them; what a server named a year ago does not count against it.
        command.Parameters.AddWithValue(
            servers.Select(item => NameSetLedger.DayOf(item.Server, item.AdmittedAt - namesCountFor) - 1).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            var server = reader.Id<ServerId>(0);
            if (!_stored.TryGetValue(server, out var sets)) sets = _stored[server] = [];
            sets[reader.GetInt64(1)] = reader.GetFieldValue<byte[]>(2);
        }
    }

    private async Task MarkAsync(CancellationToken cancellation)
    {
        var marks = _marked.Values.ToList();
        await using var command = new NpgsqlCommand("""
            insert into metric_sets (team, server, set_id, count, names, used_day)
            select * from unnest($1, $2, $3, $4, $5, $6) as s(team, server, set_id, count, names, used_day) order by team, server, set_id
            on conflict (team, server, set_id) do update set used_day = greatest(metric_sets.used_day, excluded.used_day)
            """, connection);
        command.Parameters.AddWithValue(marks.Select(mark => mark.Item.Item.Team.Value).ToArray());
        command.Parameters.AddWithValue(marks.Select(mark => mark.Item.Item.Server.Value).ToArray());
        command.Parameters.AddWithValue(marks.Select(mark => mark.Item.SetIds[mark.Set]).ToArray());
        command.Parameters.AddWithValue(marks.Select(mark => mark.Item.Item.Batch.Sets[mark.Set].Count).ToArray());
        command.Parameters.AddWithValue(marks.Select(mark => mark.Item.SealNames(mark.Set)).ToArray());
        command.Parameters.AddWithValue(marks.Select(mark => mark.Day).ToArray());
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    private static int Day(SealedItem batch) => NameSetLedger.DayOf(batch.Item.Server, batch.Item.AdmittedAt);
}
