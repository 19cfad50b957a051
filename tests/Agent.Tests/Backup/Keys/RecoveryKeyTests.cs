using System.Text;
using CsCheck;
using HostAtlas.Agent.Backup.Keys;
using HostAtlas.Agent.Tests.Backup.Format;

namespace HostAtlas.Agent.Tests.Backup.Keys;

public sealed class RecoveryKeyTests
{
    // Made by Python's hmac, zlib.crc32 and base64 over the bytes 00 … 1f.
    private const string Golden = "hbk_fwouhVHdRXIAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eH02HaGc";

    [Fact]
    public void The_text_is_that_of_the_format()
    {
        using var key = new MasterKey(TestKeys.Master);
        Assert.Equal(Golden, Text(key));
        Assert.Equal(63, Golden.Length);
        Assert.Equal(0xCBF43926, Crc32.Of("123456789"u8));
    }

    [Fact]
    public void Every_key_is_read_back() => Gen.Byte.Array[32].Sample(master =>
    {
        using var key = new MasterKey(master);
        using var read = Read($" \t{Text(key)}\r\n", out var fault);
        Assert.Equal("", fault);
        Assert.Equal(key.KeyId, read!.KeyId);
        Assert.Equal(master, read.Bytes.ToArray());
    }, iter: 50);

    [Fact]
    public void A_wrong_character_is_told_with_its_place()
    {
        for (var i = 4; i < Golden.Length; i++)
        {
            var wrong = Golden[i] == 'w' ? 'x' : 'w';
            var fault = FaultOf(Golden[..i] + wrong + Golden[(i + 1)..]);
            Assert.StartsWith("one character is wrong, the ", fault, StringComparison.Ordinal);
            Assert.Contains($"the {i + 1}", fault, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Two_swapped_characters_are_told()
    {
        var swapped = Golden[..20] + Golden[21] + Golden[20] + Golden[22..];
        Assert.Equal("its 21st and 22nd characters are swapped", FaultOf(swapped));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("hat_AAAA", "is a token of the platform")]
    [InlineData("passphrase", "begins with hbk_")]
    [InlineData("hbk_AAAA", "has 63 characters, this one 8: 55 are missing")]
    [InlineData("hbk_fwouhVHdRXIAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eH02HaG", "one is missing")]
    [InlineData("hbk_fwouhVHdRXIAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eH02HaGcQ", "1 too many")]
    [InlineData("hbk_fwouhVHdRXIAAQIDBAUG+wgJCgsMDQ4PEBESExQVFhcYGRobHB0eH02HaGc", "25th character is none")]
    [InlineData("hbk_fwouhVHdRXIAAQIDBAUG wgJCgsMDQ4PEBESExQVFhcYGRobHB0eH02HaGc", "white space")]
    [InlineData("hbk_xwouhVHdRXIAAQIDBAUGBwgJCgxMDQ4PEBESExQVFhcYGRobHB0eH02HaGx", "more than one character is wrong")]
    public void What_is_no_recovery_key_is_refused_with_a_reason(string text, string expected) =>
        Assert.Contains(expected, FaultOf(text), StringComparison.Ordinal);

    [Fact]
    public void The_last_character_has_one_spelling()
    {
        // c is 011100: the two bits that carry nothing must be zero.
        foreach (var other in "def") Assert.StartsWith("one character is wrong", FaultOf(Golden[..^1] + other), StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_repeats_nothing_of_the_key() => Gen.Int[4, 62].Sample(i =>
    {
        var fault = FaultOf(Golden[..i] + (Golden[i] == 'w' ? 'x' : 'w') + Golden[(i + 1)..]);
        for (var at = 4; at + 6 <= Golden.Length; at++) Assert.DoesNotContain(Golden.Substring(at, 6), fault, StringComparison.Ordinal);
    }, iter: 20);

    internal static string Text(MasterKey key)
    {
        var text = new byte[RecoveryKey.TextLength];
        RecoveryKey.Write(key, text);
        return Encoding.ASCII.GetString(text);
    }

    private static MasterKey? Read(string text, out string fault) => RecoveryKey.TryRead(Encoding.UTF8.GetBytes(text), out fault);

    private static string FaultOf(string text)
    {
        Assert.Null(Read(text, out var fault));
        return fault;
    }
}
