using Akka.Actor;
using HostAtlas.Engine.Ingest;

namespace HostAtlas.Engine.Tests.Servers;

/// <summary>An entrance behind which nothing moves until the test says how a batch fared: only so are the moments between seen.</summary>
internal sealed class HeldIngest : IIngest
{
    private readonly List<IngestItem> _items = [];

    /// <summary>Whether the channel takes no more.</summary>
    public bool Full { get; set; }

    public IReadOnlyList<IngestItem> Items
    {
        get
        {
            lock (_items) return [.. _items];
        }
    }

    public bool TryOffer(IngestItem item)
    {
        if (Full) return false;
        lock (_items) _items.Add(item);
        return true;
    }

    /// <summary>The stream's duty: the door first, the sender second.</summary>
    public static void Commit(IngestItem item, IEngineReply reply)
    {
        item.Door.Tell(new BatchCommitted(item.Signature, reply));
        item.Sender.Tell(reply);
    }

    public static void Fail(IngestItem item, IEngineReply reply)
    {
        item.Door.Tell(new BatchFailed(item.Signature, reply));
        item.Sender.Tell(reply);
    }
}
