using Akka.Actor;
using HostAtlas.Engine.Ingest;
using HostAtlas.Engine.Servers;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Metrics;

/// <summary>A batch of reports on its way.</summary>
public sealed record MetricsItem(
    TeamId Team, ServerId Server, MetricBatch Batch, int Expired, byte[] Signature, DateTimeOffset AdmittedAt, IActorRef Door,
    IActorRef Sender) : IngestItem(Team, Server, Expired, Signature, AdmittedAt, Door, Sender)
{
    /// <inheritdoc />
    public override int Weight => Math.Max(1, Batch.SampleCount);

    /// <inheritdoc />
    public override long SizeBytes => 0;

    /// <inheritdoc />
    public override IEngineReply WhenStored => new MetricsStored(Batch.Rows.Count, Batch.SampleCount, Expired);
}
