using Akka.Persistence;
using Akka.TestKit.Xunit2;
using HostAtlas.Engine.Cluster;

namespace HostAtlas.Engine.Tests;

/// <summary>What lies in the journal of a test's own actor system.</summary>
internal static class JournalReading
{
    /// <summary>All events of one entity, in order, opened by <see cref="TestSeals"/> or by another seal.</summary>
    public static List<object> EventsOf(TestKit kit, string persistenceId, JournalSeal? seal = null)
    {
        var reader = kit.CreateTestProbe();
        Persistence.Instance.Apply(kit.Sys).JournalFor(null)
            .Tell(new ReplayMessages(1, long.MaxValue, long.MaxValue, persistenceId, reader), reader);
        var events = new List<object>();
        while (true)
        {
            switch (reader.ExpectMsg<object>(TimeSpan.FromSeconds(10)))
            {
                case ReplayedMessage { Persistent: { Payload: SealedEvent happened } at }:
                    events.Add((seal ?? TestSeals.Journal).Of(persistenceId).Open(happened, at.SequenceNr));
                    break;
                case RecoverySuccess: return events;
                case var other: throw new InvalidOperationException($"The journal answered {other}.");
            }
        }
    }
}
