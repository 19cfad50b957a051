using System.Text.Json;
using HostAtlas.Engine.Metrics;
using HostAtlas.Gateway.People.Rights;

namespace HostAtlas.Gateway.People;

/// <summary><c>GET /api/servers/{id}/metrics</c>.</summary>
internal sealed class MetricsEndpoint(IMetricsReader reader, ServerEndpoints servers, TimeProvider time)
{
    /// <summary>200 with the series; the id is checked before the range.</summary>
    public async Task<Answer> GetAsync(HttpContext http)
    {
        var admitted = await servers.AdmitAsync(http, Operation.ReadMetrics);
        if (admitted.Value is not (var grant, var server)) return admitted.Failure!;
        var read = MetricsRange.Read(http.Request.Query, time.GetUtcNow());
        if (read.Value is not { } range) return read.Failure!;
        var query = new MetricsQuery(grant.Team, server, range.Names, range.FromMs, range.ToMs, range.StepSeconds, range.AsRates);
        return new MetricsAnswerBody(await reader.QueryAsync(query, http.RequestAborted));
    }
}

/// <summary>
/// The series as JSON: <c>{"step": s, "series": [{"name", "points": [[ms, min, max, mean, last]]}]}</c>. Written as it goes, since a long
/// answer has a million numbers and needs no second copy of them in memory.
/// </summary>
internal sealed record MetricsAnswerBody(MetricsAnswer Metrics) : Answer
{
    private const int FlushBytes = 64 * 1024;

    /// <inheritdoc />
    public override async Task WriteAsync(HttpContext http)
    {
        http.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteNumber("step", Metrics.StepSeconds);
        json.WriteStartArray("series");
        foreach (var series in Metrics.Series)
        {
            json.WriteStartObject();
            json.WriteString("name", series.Name);
            json.WriteStartArray("points");
            foreach (var point in series.Points)
            {
                Write(json, point);
                if (json.BytesPending < FlushBytes) continue;
                json.Flush();
                await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, MetricPoint point)
    {
        json.WriteStartArray();
        json.WriteNumberValue(point.AtMs);
        json.WriteNumberValue(point.Min);
        json.WriteNumberValue(point.Max);
        json.WriteNumberValue(point.Mean);
        json.WriteNumberValue(point.Last);
        json.WriteEndArray();
    }
}
