using Akka.Actor;
using HostAtlas.Engine.Ingest;
using HostAtlas.Engine.Servers;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Logs;

/// <summary>A batch of lines on its way.</summary>
public sealed record LogsItem(
    TeamId Team, ServerId Server, LogBatch Batch, int Expired, byte[] Signature, DateTimeOffset AdmittedAt, IActorRef Door,
    IActorRef Sender) : IngestItem(Team, Server, Expired, Signature, AdmittedAt, Door, Sender)
{
    private const int BytesAWeight = 512, RowBytes = 64;

    /// <inheritdoc />
    public override int Weight => Math.Max(1, Math.Max(Batch.Rows.Count, Batch.Bytes.Length / BytesAWeight));

    /// <inheritdoc />
    public override long SizeBytes => Batch.Bytes.Length + ((long)Batch.Rows.Count * RowBytes);

    /// <inheritdoc />
    public override IEngineReply WhenStored => new LogsStored(Batch.Rows.Count, Expired);
}
