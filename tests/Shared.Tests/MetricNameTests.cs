using System.Text;
using CsCheck;

namespace HostAtlas.Shared.Tests;

public sealed class MetricNameTests
{
    public static TheoryData<string, bool> Names => new()
    {
        { "cpu", true },
        { "cpu.used_percent", true },
        { "a:b/c-d_e.f9", true },
        { new string('a', 120), true },
        { new string('a', 121), false },
        { "", false },
        { "CPU", false },
        { "cpu load", false },
        { "cpü", false },
        { "disk.used{mount=\"/\"}", true },
        { "disk.used{mount=\"/srv/Ünïcode data\"}", true },
        { "x{a=\"\",b=\"2\"}", true },
        { "x{a=\"1\",}", false },
        { "x{}", false },
        { "x{a=1}", false },
        { "x{A=\"1\"}", false },
        { "x{1a=\"1\"}", false },
        { "x{a=\"1\"}y", false },
        { "x{a=\"1\"", false },
        { "x{a=\"1}", false },
        { "x{a=\"q\\\"\"}", false },
        { "x{a=\"line\nfeed\"}", false },
        { "{a=\"1\"}", false },
        { "x}", false },
        { "x{" + string.Join(',', Enumerable.Range(0, 8).Select(i => $"l{i}=\"v\"")) + "}", true },
        { "x{" + string.Join(',', Enumerable.Range(0, 9).Select(i => $"l{i}=\"v\"")) + "}", false },
        { "x{a=\"" + new string('v', 505) + "\"}", true },
        { "x{a=\"" + new string('v', 506) + "\"}", false },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void The_grammar_holds_at_its_edges(string name, bool valid) => Assert.Equal(valid, MetricName.IsValid(name));

    [Fact]
    public void No_bytes_whatever_throw_and_a_valid_name_holds_no_line_feed() =>
        Gen.Byte.Array[0, 600].Sample(bytes => Assert.False(MetricName.IsValid(bytes) && bytes.Contains((byte)'\n')));

    [Theory]
    [InlineData("a,b", new[] { "a", "b" })]
    [InlineData("a", new[] { "a" })]
    [InlineData("a,,b", new[] { "a", "", "b" })]
    [InlineData("x{a=\"1,2\",b=\"}\"},y", new[] { "x{a=\"1,2\",b=\"}\"}", "y" })]
    public void A_list_is_split_at_commas_outside_of_labels(string list, string[] names) => Assert.Equal(names, MetricName.SplitList(list));

    [Fact]
    public void Text_and_utf8_are_judged_alike() =>
        Gen.String[Gen.Char["az09_.{}=\",/é"], 0, 20]
            .Sample(name => MetricName.IsValid(name) == MetricName.IsValid(Encoding.UTF8.GetBytes(name)));
}
