using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Backup.Transfer;

/// <summary>
/// This server's repository on the platform, read by tickets. Lists snapshots only. Remembers tickets while they last and sizes for ever:
/// objects are written once. Thread-safe.
/// </summary>
public sealed class TicketRepositorySource(BackupApi api, VaultClient vault, TimeProvider time) : IRepositorySource
{
    private const int Attempts = 5;

    // A ticket that is over in a minute may be over before the request arrives.
    private static readonly TimeSpan Reserve = TimeSpan.FromMinutes(1), FirstPause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ObjectName, ObjectTicket> _tickets = new();
    private readonly ConcurrentDictionary<ObjectName, long> _sizes = new();

    /// <inheritdoc />
    public bool ListsNewestFirst => true;

    /// <inheritdoc />
    public async IAsyncEnumerable<ObjectName> ListAsync(ObjectKind kind, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (kind != ObjectKind.Snapshot) yield break;
        foreach (var item in await SnapshotsAsync(cancellation).ConfigureAwait(false)) yield return item.SnapshotObject;
    }

    /// <inheritdoc />
    public async ValueTask<long> SizeAsync(ObjectName name, CancellationToken cancellation)
    {
        if (_sizes.TryGetValue(name, out var known)) return known;
        await ReadAsync(name, 0, new byte[1], cancellation).ConfigureAwait(false);
        return _sizes[name];
    }

    /// <inheritdoc />
    public async ValueTask ReadAsync(ObjectName name, long offset, Memory<byte> into, CancellationToken cancellation)
    {
        if (into.IsEmpty) return;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var ticket = await TicketAsync(name, cancellation).ConfigureAwait(false);
                var (status, whole) = await vault.GetAsync(ticket, offset, into, cancellation).ConfigureAwait(false);
                // The vault says it, and memory is taken for it.
                if (whole > ObjectName.ObjectMaxBytes)
                    throw new ObjectBrokenException(name, ObjectFault.WrongSize, $"it has {whole} bytes, more than an object can have.");
                if (whole is { } size) _sizes[name] = size;
                if (status == HttpStatusCode.PartialContent) return;
                if (status == HttpStatusCode.NotFound) throw Missing(name);
                if (status == HttpStatusCode.RequestedRangeNotSatisfiable)
                    throw new ObjectBrokenException(name, ObjectFault.WrongSize, $"it was cut short: it ends before byte "
                        + $"{offset + into.Length}.");
                _tickets.TryRemove(name, out _);
                if (attempt == Attempts) throw new IOException($"The vault answered {(int)status} for {name}.");
            }
            catch (IOException) when (attempt < Attempts)
            {
                // The pause below; a dead connection is often the first sign of a vault that comes back.
            }
            await Task.Delay(FirstPause * attempt, time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<SnapshotItem>> SnapshotsAsync(CancellationToken cancellation)
    {
        try
        {
            return await api.ListAsync(cancellation).ConfigureAwait(false);
        }
        catch (BackupRefusedException refused)
        {
            throw new IOException(refused.Message, refused);
        }
    }

    private async ValueTask<ObjectTicket> TicketAsync(ObjectName name, CancellationToken cancellation)
    {
        if (_tickets.TryGetValue(name, out var kept) && kept.ExpiresAt - Reserve > time.GetUtcNow()) return kept;
        DownloadsAnswer answer;
        try
        {
            answer = await api.DownloadsAsync([name], cancellation).ConfigureAwait(false);
        }
        catch (BackupRefusedException refused)
        {
            throw new IOException(refused.Message, refused);
        }
        var ticket = answer.Tickets?.FirstOrDefault(found => found.Name == name) ?? throw Missing(name);
        return _tickets[name] = ticket;
    }

    private static ObjectBrokenException Missing(ObjectName name) => new(name, ObjectFault.Missing, "the platform does not have it.");
}
