using Akka.Persistence;
using Akka.TestKit.Xunit2;

namespace HostAtlas.Engine.Tests;

/// <summary>What lies in the journal of a test's own actor system.</summary>
internal static class JournalReading
{
    /// <summary>All events of one entity, in order.</summary>
    public static List<object> EventsOf(TestKit kit, string persistenceId)
    {
        var reader = kit.CreateTestProbe();
        Persistence.Instance.Apply(kit.Sys).JournalFor(null)
            .Tell(new ReplayMessages(1, long.MaxValue, long.MaxValue, persistenceId, reader), reader);
        var events = new List<object>();
        while (true)
        {
            switch (reader.ExpectMsg<object>(TimeSpan.FromSeconds(10)))
            {
                case ReplayedMessage replayed: events.Add(replayed.Persistent.Payload); break;
                case RecoverySuccess: return events;
                case var other: throw new InvalidOperationException($"The journal answered {other}.");
            }
        }
    }
}
