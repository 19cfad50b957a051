using HostAtlas.Engine.Servers;

namespace HostAtlas.Engine.Presence;

/// <summary>
/// Who has gone silent, for one slice of all servers. Holds when each was last heard and what the door was told, nothing else: 100,000
/// servers take some 10 MB over all slices. Pure: the clock is handed in. The door decides; a slice only points it to who needs a look.
/// </summary>
public sealed class PresenceSlice(TimeSpan silentAfter)
{
    /// <summary>How many slices there are, for ever: one a hex digit.</summary>
    public const int Count = 16;

    /// <summary>
    /// A door that was told and of which the directory shows no silence after this long is told again: the message was lost.
    /// </summary>
    public static readonly TimeSpan TellAgainAfter = TimeSpan.FromMinutes(2);

    private readonly Dictionary<ServerKey, Watch> _watches = [];
    private readonly long _silentAfterMs = (long)silentAfter.TotalMilliseconds;

    private enum Look : byte
    {
        /// <summary>Heard lately, or in its grace.</summary>
        Waiting,

        /// <summary>The door was asked to look.</summary>
        Told,

        /// <summary>The directory shows it as silent.</summary>
        Silent,
    }

    /// <summary>Servers watched.</summary>
    public int Watched => _watches.Count;

    /// <summary>The slice of a server: the last hex digit of its id, which is random.</summary>
    public static int Of(ServerKey server)
    {
        Span<byte> bytes = stackalloc byte[16];
        server.Server.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        return bytes[15] & 0xF;
    }

    /// <summary>
    /// Takes over what the directory knows. A server that is new here counts as heard now: after a start everybody has the whole of
    /// <c>silentAfter</c>, three intervals, to be heard again. A server that the directory no longer knows (its team's keys were destroyed)
    /// is forgotten, unless it was heard within that time: then the directory has not caught up with its first report.
    /// </summary>
    public void Meet(IReadOnlyList<KnownServer> known, DateTimeOffset now)
    {
        var nowMs = now.ToUnixTimeMilliseconds();
        var listed = known.Select(one => one.Server).ToHashSet();
        foreach (var (server, watch) in _watches)
        {
            if (!listed.Contains(server) && nowMs - watch.HeardMs > _silentAfterMs) _watches.Remove(server);
        }
        foreach (var (server, silent) in known)
        {
            var isNew = !_watches.TryGetValue(server, out var watch);
            var before = isNew ? new Watch(nowMs, 0, Look.Waiting) : watch;
            _watches[server] = (before.Look, silent) switch
            {
                (Look.Told, true) => before with { Look = Look.Silent },
                (Look.Told, false) when nowMs - before.ToldMs >= TellAgainAfter.TotalMilliseconds => before with { Look = Look.Waiting },
                (Look.Silent, false) => new Watch(nowMs, 0, Look.Waiting),
                // The directory lags by a moment: somebody who was heard within the time is not silent, whatever the row still says.
                (Look.Waiting, true) when isNew || nowMs - before.HeardMs > _silentAfterMs => before with { Look = Look.Silent },
                _ => before,
            };
        }
    }

    /// <summary>Servers that were heard. One that was never met is watched from here on.</summary>
    public void Hear(Seen seen)
    {
        var atMs = seen.At.ToUnixTimeMilliseconds();
        foreach (var server in seen.Servers)
        {
            var heard = _watches.TryGetValue(server, out var watch) ? Math.Max(watch.HeardMs, atMs) : atMs;
            _watches[server] = new Watch(heard, 0, Look.Waiting);
        }
    }

    /// <summary>
    /// Who was not heard for longer than <c>silentAfter</c> and was not told of yet; at most <paramref name="most"/>, the rest comes with
    /// the next sweep, so that a network that fails as a whole does not wake every door at once.
    /// </summary>
    public IReadOnlyList<CheckSilence> Sweep(DateTimeOffset now, int most)
    {
        var nowMs = now.ToUnixTimeMilliseconds();
        var due = new List<CheckSilence>();
        foreach (var (server, watch) in _watches)
        {
            if (watch.Look != Look.Waiting || nowMs - watch.HeardMs <= _silentAfterMs) continue;
            due.Add(new CheckSilence(server.Team, server.Server, DateTimeOffset.FromUnixTimeMilliseconds(watch.HeardMs)));
            if (due.Count == most) break;
        }
        foreach (var told in due)
        {
            var server = new ServerKey(told.Team, told.Server);
            _watches[server] = _watches[server] with { Look = Look.Told, ToldMs = nowMs };
        }
        return due;
    }

    private readonly record struct Watch(long HeardMs, long ToldMs, Look Look);
}

/// <summary>A server that has reported at least once, as the directory knows it.</summary>
public readonly record struct KnownServer(ServerKey Server, bool Silent);
