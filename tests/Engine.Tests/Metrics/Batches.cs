using System.Buffers.Binary;
using System.Text;
using Akka.Actor;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Presence;

namespace HostAtlas.Engine.Tests.Metrics;

/// <summary>Batches as the gateway would hand them over.</summary>
public static class Batches
{
    /// <summary>A name list with its id.</summary>
    public static NameSet Names(params IEnumerable<string> names)
    {
        var list = names.ToArray();
        var utf8 = Encoding.UTF8.GetBytes(string.Join('\n', list));
        return new NameSet(NameSet.IdOf(utf8), list.Length, utf8);
    }

    /// <summary><c>m0, m1, …</c></summary>
    public static NameSet Names(int first, int count) => Names(Enumerable.Range(first, count).Select(i => $"m{i}"));

    /// <summary>One report a time, each with the same values.</summary>
    public static MetricBatch Of(long key, long signature, NameSet set, double[] values, params IEnumerable<long> timesMs) =>
        new(key, signature, [set], [.. timesMs.Select(at => new ReportRow(at, 0, PackedValues.Pack(values)))]);

    /// <summary>A batch on its way: the signature's first eight bytes are the batch's signature key.</summary>
    public static MetricsItem Item(ServerKey server, MetricBatch batch, IActorRef door, IActorRef sender, DateTimeOffset admittedAt)
    {
        var signature = new byte[32];
        BinaryPrimitives.WriteInt64BigEndian(signature, batch.SignatureKey);
        return new MetricsItem(server.Team, server.Server, batch, Expired: 0, signature, admittedAt, door, sender);
    }
}
