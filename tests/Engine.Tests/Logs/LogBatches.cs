using System.Buffers.Binary;
using System.Text;
using Akka.Actor;
using HostAtlas.Engine.Logs;
using HostAtlas.Engine.Presence;

namespace HostAtlas.Engine.Tests.Logs;

/// <summary>Batches of lines as the gateway would hand them over.</summary>
public static class LogBatches
{
    /// <summary>Lines of one source and one time.</summary>
    public static LogBatch Of(long key, long signature, long atMs, string source, params string[] texts) =>
        Of(key, signature, [.. texts.Select(text => (atMs, source, text))]);

    /// <summary>Lines.</summary>
    public static LogBatch Of(long key, long signature, params (long AtMs, string Source, string Text)[] lines)
    {
        var (bytes, rows) = (new List<byte>(), new List<LogRow>());
        foreach (var (number, line) in lines.Index())
        {
            var source = Encoding.UTF8.GetBytes(line.Source);
            var head = new byte[LogEntry.HeadBytes];
            LogEntry.WriteHead(head, source.Length);
            byte[] entry = [.. head, .. source, .. Encoding.UTF8.GetBytes(line.Text)];
            rows.Add(new LogRow(line.AtMs, number, bytes.Count, entry.Length));
            bytes.AddRange(entry);
        }
        return new LogBatch(key, signature, [.. bytes], rows);
    }

    /// <summary>A batch on its way.</summary>
    public static LogsItem Item(ServerKey server, LogBatch batch, IActorRef? teller = null)
    {
        var signature = new byte[32];
        BinaryPrimitives.WriteInt64BigEndian(signature, batch.SignatureKey);
        return new LogsItem(server.Team, server.Server, batch, Expired: 0, signature, TimeProvider.System.GetUtcNow(),
            teller ?? ActorRefs.Nobody, teller ?? ActorRefs.Nobody);
    }
}
