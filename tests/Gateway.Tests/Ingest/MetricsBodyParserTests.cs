using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CsCheck;
using HostAtlas.Engine.Metrics;
using HostAtlas.Gateway.Ingest;

namespace HostAtlas.Gateway.Tests.Ingest;

public sealed class MetricsBodyParserTests
{
    private const string Batch = "\"batch\":\"0b9c2d4e-7f81-4a36-b5d2-e8c4f1a09375\"";
    private static readonly byte[] Signature = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    [Fact]
    public void The_flat_form_is_one_report_at_the_requests_time_under_the_signatures_key()
    {
        var batch = Accepted("{\"cpu\": 24.5, \"mem\": 67.2}");
        Assert.Equal(0x0102030405060708, batch.Key);
        Assert.Equal(0x0102030405060708, batch.SignatureKey);
        var row = Assert.Single(batch.Rows);
        Assert.Equal(1712150400_000, row.AtMs);
        Assert.Equal([("cpu", 24.5), ("mem", 67.2)], Samples(batch, row));
        Assert.Equal(2, batch.SampleCount);
    }

    [Fact]
    public void The_batch_form_takes_its_key_from_the_batch_id_and_its_times_from_the_body()
    {
        var batch = Accepted(
            $"{{{Batch},\"reports\":[{{\"at\":1000,\"values\":{{\"cpu\":1}}}},{{\"values\":{{\"cpu\":-2e3}},\"at\":0}}]}}");
        Assert.Equal(unchecked((long)0xb5d2e8c4f1a09375), batch.Key);
        Assert.Equal(0x0102030405060708, batch.SignatureKey);
        Assert.Equal([1000L, 0L], batch.Rows.Select(row => row.AtMs));
        Assert.Equal([("cpu", -2000d)], Samples(batch, batch.Rows[1]));
    }

    [Fact]
    public void Reports_of_equal_names_share_one_set_whose_id_is_the_hash_of_the_names()
    {
        var batch = Accepted($$$"""
            {{{{Batch}}},"reports":[{"at":1,"values":{"a":1,"b":2}},{"at":2,"values":{"b":1}},{"at":3,"values":{"a":3,"\u0062":4}}]}
            """);
        Assert.Equal([0, 1, 0], batch.Rows.Select(row => row.Set));
        Assert.Equal("a\nb"u8.ToArray(), batch.Sets[0].NamesUtf8);
        Assert.Equal(2, batch.Sets[0].Count);
        Assert.Equal(BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData("a\nb"u8)), batch.Sets[0].Id);
    }

    [Fact]
    public void Labels_are_part_of_a_name()
    {
        var batch = Accepted("""{"disk.used_percent{mount=\"/\"}": 71, "disk.used_percent{mount=\"/var\",kind=\"ext4\"}": 12}""");
        Assert.Equal(["disk.used_percent{mount=\"/\"}", "disk.used_percent{mount=\"/var\",kind=\"ext4\"}"], Names(batch.Sets[0]));
    }

    [Fact]
    public void Members_that_are_not_ours_are_ignored()
    {
        var batch = Accepted($$$"""
            {"host":{"x":[1,{"y":null}]},{{{Batch}}},"reports":[{"at":1,"note":[{}],"values":{"a":1},"more":"b"}],"agent":"1.2"}
            """);
        Assert.Equal([("a", 1d)], Samples(batch, Assert.Single(batch.Rows)));
    }

    [Fact]
    public void A_metric_may_be_called_batch() => Assert.Equal(["batch", "at"], Names(Accepted("{\"batch\":1,\"at\":2}").Sets[0]));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("{\"cpu\":1}}")]
    [InlineData("{\"cpu\":1} {}")]
    [InlineData("{\"cpu\":1,}")]
    [InlineData("{\"cpu\":NaN}")]
    [InlineData("{\"cpu\":Infinity}")]
    [InlineData("{\"cpu\":01}")]
    [InlineData("{\"cpu\":.5}")]
    [InlineData("{'cpu':1}")]
    [InlineData("{\"cpu\":1}//")]
    [InlineData("[]")]
    [InlineData("[{\"cpu\":1}]")]
    [InlineData("null")]
    [InlineData("24.5")]
    [InlineData("\"cpu\"")]
    [InlineData("\uFEFF{\"cpu\":1}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"\\udc00\":1}")]
    [InlineData("{\"\\ud800\\ud800\":1}")]
    [InlineData("{\"cpu\":1,\"note\":\"\\ud83d\"}")]
    [InlineData("{\"cpu\":\"x\",\"mem\":")] // Content that would be 422, but the body is no JSON: 400 comes first.
    public void Bytes_that_are_no_JSON_object_are_malformed(string text) => Assert.NotNull(Parse(text).Malformed);

    [Fact]
    public void Bytes_that_are_no_UTF8_are_malformed()
    {
        foreach (byte[] bad in (byte[][])[[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82]])
            Assert.NotNull(MetricsBodyParser.Parse([.. "{\"cpu\":1,\"note"u8, .. bad, .. "\":1}"u8], 0, Signature).Malformed);
    }

    [Fact]
    public void Deep_JSON_is_malformed_and_costs_no_stack()
    {
        Assert.NotNull(Parse(string.Concat(Enumerable.Repeat("{\"a\":", 100_000))).Malformed);
        Assert.NotNull(Parse($"{{{Batch},\"reports\":[],\"x\":{new string('[', 17)}{new string(']', 17)}}}").Malformed);
    }

    [Theory]
    [InlineData("{}", "")]
    [InlineData("{\"cpu\":null}", "/cpu")]
    [InlineData("{\"cpu\":\"24.5\"}", "/cpu")]
    [InlineData("{\"cpu\":true}", "/cpu")]
    [InlineData("{\"cpu\":[1]}", "/cpu")]
    [InlineData("{\"cpu\":{\"a\":1}}", "/cpu")]
    [InlineData("{\"cpu\":1e999}", "/cpu")]
    [InlineData("{\"cpu\":-1e999}", "/cpu")]
    [InlineData("{\"cpu\":1,\"cpu\":2}", "/cpu")]
    [InlineData("{\"CPU\":1}", "/CPU")]
    [InlineData("{\"\":1}", "/")]
    [InlineData("{\"a~b\":1}", "/a~0b")]
    [InlineData("{\"/A\":1}", "/~1A")]
    [InlineData("{\"a\\nb\":1}", "/a\nb")]
    [InlineData("{\"batch\":\"0b9c2d4e-7f81-4a36-b5d2-e8c4f1a09375\"}", "/reports")]
    [InlineData("{B,\"reports\":[]}", "/reports")]
    [InlineData("{B,\"reports\":{}}", "/reports")]
    [InlineData("{B,\"reports\":null}", "/reports")]
    [InlineData("{B,\"reports\":[1]}", "/reports/0")]
    [InlineData("{B,\"reports\":[{\"at\":1,\"values\":{\"a\":1}}],\"reports\":[{\"at\":2,\"values\":{\"a\":1}}]}", "/reports")]
    [InlineData("{\"reports\":[{\"at\":1,\"values\":{\"a\":1}}]}", "/batch")]
    [InlineData("{\"batch\":1,\"reports\":[{\"at\":1,\"values\":{\"a\":1}}]}", "/batch")]
    [InlineData("{\"batch\":null,\"reports\":[{\"at\":1,\"values\":{\"a\":1}}]}", "/batch")]
    [InlineData("{\"batch\":\"\",\"reports\":[{\"at\":1,\"values\":{\"a\":1}}]}", "/batch")]
    [InlineData("{\"batch\":\"0B9C2D4E-7F81-4A36-B5D2-E8C4F1A09375\",\"reports\":[{\"at\":1,\"values\":{\"a\":1}}]}", "/batch")]
    [InlineData("{\"batch\":\"0b9c2d4e-7f81-1a36-b5d2-e8c4f1a09375\",\"reports\":[{\"at\":1,\"values\":{\"a\":1}}]}", "/batch")] // Version 1
    [InlineData("{\"batch\":\"0b9c2d4e7f814a36b5d2e8c4f1a09375\",\"reports\":[{\"at\":1,\"values\":{\"a\":1}}]}", "/batch")]
    [InlineData("{B,B,\"reports\":[{\"at\":1,\"values\":{\"a\":1}}]}", "/batch")]
    [InlineData("{B,\"reports\":[{\"values\":{\"a\":1}}]}", "/reports/0/at")]
    [InlineData("{B,\"reports\":[{\"at\":1.0,\"values\":{\"a\":1}}]}", "/reports/0/at")]
    [InlineData("{B,\"reports\":[{\"at\":1e3,\"values\":{\"a\":1}}]}", "/reports/0/at")]
    [InlineData("{B,\"reports\":[{\"at\":\"1\",\"values\":{\"a\":1}}]}", "/reports/0/at")]
    [InlineData("{B,\"reports\":[{\"at\":-1,\"values\":{\"a\":1}}]}", "/reports/0/at")]
    [InlineData("{B,\"reports\":[{\"at\":99999999999999999999,\"values\":{\"a\":1}}]}", "/reports/0/at")]
    [InlineData("{B,\"reports\":[{\"at\":1,\"at\":2,\"values\":{\"a\":1}}]}", "/reports/0/at")]
    [InlineData("{B,\"reports\":[{\"at\":1,\"values\":{\"a\":1}},{\"at\":1,\"values\":{\"a\":1}}]}", "/reports/1/at")]
    [InlineData("{B,\"reports\":[{\"at\":2,\"values\":{\"a\":1}},{\"at\":1,\"values\":{\"a\":1}},{\"at\":2,\"values\":{\"a\":1}}]}", "/reports/2/at")]
    [InlineData("{B,\"reports\":[{\"at\":1}]}", "/reports/0/values")]
    [InlineData("{B,\"reports\":[{\"at\":1,\"values\":[]}]}", "/reports/0/values")]
    [InlineData("{B,\"reports\":[{\"at\":1,\"values\":{}}]}", "/reports/0/values")]
    [InlineData("{B,\"reports\":[{\"at\":1,\"values\":{\"a\":1,\"b\":2,\"a\":3}}]}", "/reports/0/values/a")]
    [InlineData("{B,\"reports\":[{\"at\":1,\"values\":{\"a\":1}},{\"at\":2,\"values\":{\"a\":1,\"B\":1}}]}", "/reports/1/values/B")]
    public void What_is_well_formed_and_not_acceptable_is_pointed_to(string text, string pointer)
    {
        var body = Parse(text.Replace("B,", Batch + ",", StringComparison.Ordinal));
        Assert.Equal([pointer], body.Errors?.Select(error => error.Pointer));
        Assert.All(body.Errors!, error => Assert.EndsWith(".", error.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public void A_batch_holds_at_most_a_thousand_reports()
    {
        Assert.Equal(1_000, Accepted(Reports(1_000)).Rows.Count);
        Assert.Equal("/reports", Assert.Single(Parse(Reports(1_001)).Errors!).Pointer);
        static string Reports(int count) =>
            $"{{{Batch},\"reports\":["
            + $"{string.Join(',', Enumerable.Range(0, count).Select(i => $"{{\"at\":{i},\"values\":{{\"a\":1}}}}"))}]}}";
    }

    [Fact]
    public void A_report_holds_at_most_two_thousand_metrics()
    {
        Assert.Equal(2_000, Accepted(Metrics(2_000)).SampleCount);
        Assert.Equal("", Assert.Single(Parse(Metrics(2_500)).Errors!).Pointer);
        static string Metrics(int count) => $"{{{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"m{i}\":{i}"))}}}";
    }

    [Fact]
    public void At_most_twenty_faults_are_told()
    {
        Assert.Equal(20, Parse($"{{{string.Join(',', Enumerable.Range(0, 1_000).Select(i => $"\"m{i}\":null"))}}}").Errors!.Count);
        Assert.Equal(20, Parse($"{{{Batch},\"reports\":[{string.Join(',', Enumerable.Repeat("1", 500))}]}}").Errors!.Count);
    }

    [Fact]
    public void A_name_longer_than_any_good_one_is_not_echoed()
    {
        var error = Assert.Single(Parse($"{{\"{new string('x', 500_000)}\":1}}").Errors!);
        Assert.Equal("", error.Pointer);
        Assert.True(error.Detail.Length < 200);
    }

    [Fact]
    public void A_name_with_a_line_feed_never_passes_for_two()
    {
        var body = Parse($$$"""{{{{Batch}}},"reports":[{"at":1,"values":{"a":1,"b":2}},{"at":2,"values":{"a\nb":1}}]}""");
        Assert.Equal("/reports/1/values/a\nb", Assert.Single(body.Errors!).Pointer);
    }

    [Fact]
    public void Whatever_was_written_is_read_back()
    {
        var name = Gen.Char["abcxyz019_.:/-"].Array[1, 20].Select(chars => new string(chars));
        var report = Gen.Dictionary(name, Gen.Double.Where(double.IsFinite))[1, 30];
        Gen.Select(report.Array[1, 20], Gen.Guid).Sample((reports, _) =>
        {
            var rows = reports.Select((values, i) => new Dictionary<string, object> { ["at"] = (long)i * 10_000, ["values"] = values });
            var text = JsonSerializer.Serialize(
                new Dictionary<string, object> { ["batch"] = "0b9c2d4e-7f81-4a36-b5d2-e8c4f1a09375", ["reports"] = rows });
            var batch = Accepted(text);
            return batch.Rows.Count == reports.Length && batch.Rows.Select((row, i) => Samples(batch, row)
                .SequenceEqual(reports[i].Select(sample => (sample.Key, sample.Value)))).All(equal => equal);
        }, iter: 300);
    }

    [Fact]
    public void No_bytes_whatever_make_it_throw()
    {
        string[] fragments =
        [
            "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"batch\"", "\"reports\"", "\"at\"", "\"values\"", "1", "-", "1e999", "null",
                "\\ud800",
            "\"0b9c2d4e-7f81-4a36-b5d2-e8c4f1a09375\"", " ", "\u00e4", "{\"at\":1,\"values\":{\"a\":1}}",
        ];
        Gen.Int[0, fragments.Length - 1].Array[0, 25].Sample(
            parts => Settles(Encoding.UTF8.GetBytes(string.Concat(parts.Select(part => fragments[part])))), iter: 20_000);
        string[] letters = ["a", "\\u0041", "\\ud83d", "\\ude00", "\\\"", "\\\\", "\\n", "\\/", "u", "\u00e4"];
        Gen.Int[0, letters.Length - 1].Array[0, 8].Sample(
            parts => Settles(Encoding.UTF8.GetBytes($"{{\"{string.Concat(parts.Select(part => letters[part]))}\":1}}")), iter: 20_000);
        Gen.Byte.Array[0, 60].Sample(bytes => Settles(bytes), iter: 5_000);
        var good = Encoding.UTF8.GetBytes($"{{{Batch},\"reports\":[{{\"at\":1,\"values\":{{\"a\":1,\"b{{x=\\\"1\\\"}}\":2}}}}]}}");
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Sample((at, with) =>
        {
            var changed = good.ToArray();
            changed[at] = with;
            return Settles(changed);
        }, iter: 10_000);

        static bool Settles(byte[] bytes)
        {
            var body = MetricsBodyParser.Parse(bytes, 1712150400, Signature);
            return (body.Batch is not null ? 1 : 0) + (body.Malformed is not null ? 1 : 0) + (body.Errors is not null ? 1 : 0) == 1;
        }
    }

    private static MetricsBody Parse(string text) => MetricsBodyParser.Parse(Encoding.UTF8.GetBytes(text), 1712150400, Signature);

    private static MetricBatch Accepted(string text)
    {
        var body = Parse(text);
        Assert.True(body.Batch is not null, body.Malformed
            ?? string.Join("; ", body.Errors?.Select(e => $"{e.Pointer}: {e.Detail}") ?? []));
        return body.Batch;
    }

    private static string[] Names(NameSet set) => Encoding.UTF8.GetString(set.NamesUtf8).Split('\n');

    private static IEnumerable<(string Name, double Value)> Samples(MetricBatch batch, ReportRow row) =>
        Names(batch.Sets[row.Set]).Select((name, i) => (name, PackedValues.ValueAt(row.Values, i)));
}
