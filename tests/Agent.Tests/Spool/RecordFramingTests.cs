using System.Text;
using CsCheck;
using HostAtlas.Agent.Spool;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Spool;

public sealed class RecordFramingTests
{
    private static readonly Gen<byte[][]> Payloads = Gen.Byte.Array[0, 60].Array[1, 8];

    [Fact]
    public void What_was_written_is_read_back() => Payloads.Sample(payloads =>
    {
        var scan = RecordFraming.Scan(Segment(payloads));
        Assert.Equal(payloads.Select(Convert.ToHexString), scan.Records.Select(r => Convert.ToHexString(r.Payload.Span)));
        Assert.Equal(Enumerable.Range(1, payloads.Length).Select(i => (long)i), scan.Records.Select(r => r.Sequence));
        Assert.Equal(Segment(payloads).Length, scan.EndBytes);
    });

    [Fact]
    public void A_segment_cut_at_any_byte_keeps_the_records_in_front_of_the_cut()
    {
        byte[][] payloads = ["first"u8.ToArray(), "second one"u8.ToArray(), [], "fourth"u8.ToArray()];
        var segment = Segment(payloads);
        var ends = Ends(payloads);
        for (var length = 0; length <= segment.Length; length++)
        {
            var scan = RecordFraming.Scan(segment.AsMemory(0, length));
            var whole = ends.Count(e => e <= length);
            Assert.Equal(whole, scan.Records.Count);
            Assert.Equal(whole == 0 ? 0 : ends[whole - 1], scan.EndBytes);
        }
    }

    [Fact]
    public void A_flipped_bit_at_any_place_costs_one_record_and_no_other()
    {
        byte[][] payloads = ["first"u8.ToArray(), "second one"u8.ToArray(), "third"u8.ToArray(), "fourth"u8.ToArray()];
        var ends = Ends(payloads);
        for (var at = 0; at < ends[^1]; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var segment = Segment(payloads);
                segment[at] ^= (byte)(1 << bit);
                var damaged = ends.Count(e => e <= at) + 1;
                Assert.Equal(Enumerable.Range(1, payloads.Length).Except([damaged]),
                    RecordFraming.Scan(segment).Records.Select(r => (int)r.Sequence));
            }
        }
    }

    [Fact]
    public void Any_bytes_are_read_without_an_exception() => Gen.Byte.Array[0, 400].Sample(bytes =>
    {
        var scan = RecordFraming.Scan(bytes);
        Assert.InRange(scan.EndBytes, 0, bytes.Length);
    });

    [Fact]
    public void A_payload_that_holds_the_magic_is_not_taken_for_a_record()
    {
        var scan = RecordFraming.Scan(Segment(["HAr1HAr1 and a record inside:"u8.ToArray(), "next"u8.ToArray()]));
        Assert.Equal([1, 2], scan.Records.Select(r => r.Sequence));
    }

    [Fact]
    public void The_bytes_on_the_disk_do_not_change()
    {
        // An agent that is replaced by a newer one must find what the older one left.
        var record = new byte[RecordFraming.SizeBytes(11)];
        RecordFraming.Write(record, 42, 1_712_150_400_123, "{\"at\":1234}"u8);
        Assert.Equal(File.ReadAllText(Repository.Vector("spool", "record.hex")).Trim(), Convert.ToHexStringLower(record));
    }

    [Fact]
    public void The_checksum_is_the_one_of_the_standard() => Assert.Equal(0xE3069283u, Crc32C.Of(Encoding.ASCII.GetBytes("123456789")));

    private static byte[] Segment(byte[][] payloads)
    {
        var bytes = new byte[payloads.Sum(p => RecordFraming.SizeBytes(p.Length))];
        var at = 0;
        foreach (var (index, payload) in payloads.Index())
        {
            RecordFraming.Write(bytes.AsSpan(at), index + 1, 1000 + index, payload);
            at += RecordFraming.SizeBytes(payload.Length);
        }
        return bytes;
    }

    private static List<int> Ends(byte[][] payloads)
    {
        var at = 0;
        return [.. payloads.Select(p => at += RecordFraming.SizeBytes(p.Length))];
    }
}
