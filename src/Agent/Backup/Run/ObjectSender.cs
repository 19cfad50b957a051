using System.Net;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Transfer;
using HostAtlas.Agent.Uplink;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>
/// Brings sealed objects into the vault: journal, announce, put, note. Keeps count of what the snapshot needs, because the platform
/// compares. Thread-safe.
/// </summary>
internal sealed class ObjectSender(SnapshotId snapshot, BackupApi api, VaultClient vault, RunJournal journal, TimeProvider time,
    Func<double> random)
{
    private const int ReusedAtOnce = 4_000;

    // No ticket and no room: the platform says when it has some, and that is seconds away.
    private static readonly TimeSpan LaterPause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectName, long> _needed = [];

    /// <summary>How long a vault may fail before a run gives up.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Hears why something has to be repeated.</summary>
    public Action<string>? OnTrouble { get; init; }

    /// <summary>Objects and bytes that the snapshot needs so far.</summary>
    public (long Objects, long Bytes) Needed
    {
        get
        {
            lock (_lock) return (_needed.Count, _needed.Values.Sum());
        }
    }

    /// <summary>Their names.</summary>
    public IReadOnlySet<ObjectName> NeededNames
    {
        get
        {
            lock (_lock) return _needed.Keys.ToHashSet();
        }
    }

    /// <summary>Sends one object and returns when the vault has it.</summary>
    /// <exception cref="BackupRefusedException">The platform does not take it.</exception>
    /// <exception cref="IOException">The vault failed for too long.</exception>
    public async Task SendAsync(SealedObject sealedObject, IReadOnlyList<BlobEntry> entries, IReadOnlyList<ObjectId> covers,
        CancellationToken cancellation)
    {
        var (name, bytes) = (sealedObject.Name, sealedObject.Bytes);
        var announced = new UploadObject(name, bytes.Length, Convert.ToHexStringLower(sealedObject.Sha256()),
            vault.MayLeadElsewhere ? Convert.ToBase64String(sealedObject.Md5()) : null);
        journal.Announce(name, bytes.Length, entries, covers);
        var since = time.GetTimestamp();
        for (var failures = 1; ; failures++)
        {
            var answer = await api.UploadsAsync(snapshot, [announced], [], cancellation).ConfigureAwait(false);
            if (answer.Present?.Contains(name) == true) break;
            if (answer.Tickets?.FirstOrDefault(ticket => ticket.Name == name) is { } found)
            {
                var trouble = await TryPutAsync(found, bytes, cancellation).ConfigureAwait(false);
                if (trouble is null) break;
                if (time.GetElapsedTime(since) > Patience) throw new IOException(trouble);
                if (failures == 1) OnTrouble?.Invoke(trouble);
                await Task.Delay(Backoff.Delay(Math.Min(failures, 5), random()), time, cancellation).ConfigureAwait(false);
                continue;
            }
            if (time.GetElapsedTime(since) > Patience)
                throw new IOException($"The platform has given no leave to send {name} for {Patience.TotalMinutes:0} minutes.");
            await Task.Delay(LaterPause, time, cancellation).ConfigureAwait(false);
        }
        journal.Stored(name);
        lock (_lock) _needed[name] = bytes.Length;
    }

    /// <summary>Names objects of earlier runs that the snapshot needs; those that the platform does not have any more.</summary>
    public async Task<IReadOnlySet<ObjectName>> ReuseAsync(IEnumerable<(ObjectName Name, long SizeBytes)> objects,
        CancellationToken cancellation)
    {
        var gone = new HashSet<ObjectName>();
        foreach (var part in objects.Where(found => !IsNeeded(found.Name)).Chunk(ReusedAtOnce))
        {
            var answer = await api.UploadsAsync(snapshot, [], [.. part.Select(found => found.Name)], cancellation).ConfigureAwait(false);
            var present = (answer.Present ?? []).ToHashSet();
            foreach (var (name, size) in part)
            {
                if (!present.Contains(name)) gone.Add(name);
                else lock (_lock) _needed[name] = size;
            }
        }
        return gone;
    }

    private bool IsNeeded(ObjectName name)
    {
        lock (_lock) return _needed.ContainsKey(name);
    }

    private async Task<string?> TryPutAsync(ObjectTicket ticket, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            var status = await vault.PutAsync(ticket, bytes, cancellation).ConfigureAwait(false);
            // A conflict or a failed precondition: there is an object of this name. Whether it is this one the next question tells.
            return (int)status is >= 200 and < 300 ? null
                : status is HttpStatusCode.Locked ? "The chain was frozen while an object was on its way."
                : $"The vault answered {(int)status}; the object is sent again.";
        }
        catch (IOException fault)
        {
            return fault.Message;
        }
    }
}
