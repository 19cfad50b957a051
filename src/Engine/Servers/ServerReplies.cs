namespace HostAtlas.Engine.Servers;

/// <summary>
/// The batch is durable. <paramref name="Reports"/> and <paramref name="Samples"/> count what is stored (now or by an earlier send of the
/// same batch), <paramref name="Expired"/> the reports that are older than the retention.
/// </summary>
public sealed record MetricsStored(int Reports, int Samples, int Expired) : IEngineReply;
