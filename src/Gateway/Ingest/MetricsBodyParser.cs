using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;
using HostAtlas.Engine.Metrics;
using HostAtlas.Shared;

namespace HostAtlas.Gateway.Ingest;

/// <summary>
/// Bytes of <c>POST /api/agent/metrics</c>
/// -> batch. Pure. Two passes: the first proves that the whole body is one JSON object and finds its
/// form, so that bytes which are no JSON are 400 wherever the fault stands; the second decodes straight into rows.
/// <code>
/// flat   {"cpu": 24.5, "mem": 67.2}                                               one report at X-Timestamp
/// batch  {"batch": uuid v4, "reports": [{"at": unix ms, "values": {name: number}}]}
/// </code>
/// </summary>
internal static class MetricsBodyParser
{
    private enum Form
    {
        Flat,
        Batch,
    }

    /// <summary>
    /// Parses a decoded body. <paramref name="timestampSeconds"/> and <paramref name="signature"/> are the request's: the flat form takes
    /// its
    /// time and its key from them. <paramref name="last"/> is a list of names that was found good before and may be this body's.
    /// </summary>
    public static MetricsBody Parse(ReadOnlySpan<byte> utf8, long timestampSeconds, ReadOnlySpan<byte> signature, NameSet? last = null)
    {
        if (!Utf8.IsValid(utf8)) return MetricsBody.NotJson("The body is not UTF-8.");
        Form? form;
        try
        {
            form = FindForm(utf8);
        }
        catch (JsonException fault)
        {
            return MetricsBody.NotJson(BatchJson.WhyNot(fault));
        }
        var signatureKey = BinaryPrimitives.ReadInt64BigEndian(signature);
        using var values = new ReportValues(last);
        var faults = new ContentFaults();
        var reader = new Utf8JsonReader(utf8, BatchJson.Strict);
        reader.Read();
        switch (form)
        {
            case Form.Flat:
                var row = values.TryRead(ref reader, ReportPlace.Flat, faults, out var set, out var packed)
                    ? new ReportRow(timestampSeconds * 1000, set, packed)
                    : default;
                return Finish(new MetricBatch(signatureKey, signatureKey, values.Sets, [row]), faults);
            case Form.Batch:
                var (key, rows) = ReadBatch(ref reader, values, faults);
                return Finish(new MetricBatch(key, signatureKey, values.Sets, rows), faults);
            default:
                return MetricsBody.NotJson("The body is no JSON object.");
        }
    }

    private static MetricsBody Finish(MetricBatch batch, ContentFaults faults) =>
        faults.Errors is { } errors ? MetricsBody.Invalid(errors) : MetricsBody.Of(batch);

    /// <summary>
    /// Reads all of the body; <see cref="JsonException"/> when it is not JSON, null when it is and no object. What has passed here never
    /// makes
    /// the second pass throw.
    /// </summary>
    private static Form? FindForm(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, BatchJson.Strict);
        reader.Read();
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        var form = Form.Flat;
        while (reader.Read())
        {
            if (reader.ValueIsEscaped && !JsonText.IsUnicode(reader.ValueSpan)) throw new JsonException("Half of a surrogate pair.");
            if (form == Form.Batch || reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1) continue;
            // A batch without reports is a batch with a fault; a metric may still be called "batch", its value is a number.
            if (reader.ValueTextEquals("reports"u8)) form = Form.Batch;
            else if (reader.ValueTextEquals("batch"u8) && reader.Read() && reader.TokenType == JsonTokenType.String) form = Form.Batch;
        }
        return isObject ? form : null;
    }

    private static (long Key, List<ReportRow> Rows) ReadBatch(ref Utf8JsonReader reader, ReportValues values, ContentFaults faults)
    {
        long? key = null;
        List<ReportRow>? rows = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName && !faults.IsFull)
        {
            if (reader.ValueTextEquals("batch"u8))
            {
                if (key is not null) faults.Add("/batch", "The member is given twice.");
                key = BatchJson.ReadKey(ref reader, faults);
            }
            else if (reader.ValueTextEquals("reports"u8))
            {
                if (rows is not null) faults.Add("/reports", "The member is given twice.");
                rows = ReadReports(ref reader, values, faults);
            }
            else
            {
                reader.Skip();
            }
        }
        if (faults.IsFull) return default;
        if (key is null) faults.Add("/batch", BatchJson.KeyMissing);
        if (rows is null) faults.Add("/reports", "The member is missing.");
        return (key ?? 0, rows ?? []);
    }

    private static List<ReportRow> ReadReports(ref Utf8JsonReader reader, ReportValues values, ContentFaults faults)
    {
        reader.Read();
        List<ReportRow> rows = [];
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            faults.Add("/reports", "A list of reports is expected.");
            reader.Skip();
            return rows;
        }
        var times = new DistinctTimes();
        var index = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (index == Limits.ReportsPerBatch)
            {
                faults.Add("/reports", $"A batch holds at most {Limits.ReportsPerBatch:N0} reports.");
                BatchJson.SkipRestOfArray(ref reader);
                return rows;
            }
            rows.Add(ReadReport(ref reader, ReportPlace.InBatch(index++), times, values, faults));
            if (faults.IsFull) return rows;
        }
        if (index == 0) faults.Add("/reports", "At least one report is expected.");
        return rows;
    }

    private static ReportRow ReadReport(
        ref Utf8JsonReader reader, ReportPlace place, DistinctTimes times, ReportValues values, ContentFaults faults)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            faults.Add(place.Report, "A report is an object.");
            reader.Skip();
            return default;
        }
        long? at = null;
        (int Set, byte[] Packed)? read = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("at"u8))
            {
                if (at is not null) faults.Add(place.At, "The member is given twice.");
                at = ReadTime(ref reader, place, times, faults);
            }
            else if (reader.ValueTextEquals("values"u8))
            {
                if (read is not null) faults.Add(place.Values, "The member is given twice.");
                read = ReadValues(ref reader, place, values, faults);
            }
            else
            {
                reader.Skip();
            }
            if (faults.IsFull) return default;
        }
        if (at is null) faults.Add(place.At, "The member is missing: Unix milliseconds.");
        if (read is null) faults.Add(place.Values, "The member is missing.");
        return at is { } time && read is { } good ? new ReportRow(time, good.Set, good.Packed) : default;
    }

    private static long ReadTime(ref Utf8JsonReader reader, ReportPlace place, DistinctTimes times, ContentFaults faults)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var at) || at < 0)
        {
            faults.Add(place.At, "A whole number of Unix milliseconds is expected.");
            reader.Skip();
            return 0;
        }
        if (!times.Add(at)) faults.Add(place.At, "Two reports of the batch have this time.");
        return at;
    }

    private static (int Set, byte[] Packed) ReadValues(
        ref Utf8JsonReader reader, ReportPlace place, ReportValues values, ContentFaults faults)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            // With a fault among them the values are empty; nobody looks at them then.
            values.TryRead(ref reader, place, faults, out var set, out var packed);
            return (set, packed);
        }
        faults.Add(place.Values, "An object of metrics and their numbers is expected.");
        reader.Skip();
        return default;
    }
}
