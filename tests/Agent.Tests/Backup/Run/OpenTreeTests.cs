using System.Text;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Backup.Run;
using HostAtlas.Agent.Tests.Backup.Format;

namespace HostAtlas.Agent.Tests.Backup.Run;

/// <summary>Trees stay in order, whatever of what is gone stays in them.</summary>
public sealed class OpenTreeTests
{
    private static readonly DateTimeOffset Since = DateTimeOffset.UnixEpoch.AddDays(20_000);

    // +name: an entry. -name: one that is gone. name=kept: the first is not taken, the second, which is gone, is kept.
    [Theory]
    [InlineData("+a +b +c", "a b c")]
    [InlineData("+a -b +c", "a c")]
    [InlineData("-a.doc a.doc.x=a.doc +b", "a.doc* b")]
    [InlineData("+a -a.doc +a.aaa.zip a.x=a.doc +b", "a a.aaa.zip a.doc* b")]
    [InlineData("a.abc=a.doc +a.b -a.doc +b", "a.b a.doc* b")]
    [InlineData("-a.doc -a.pdf a.x=a.pdf +b", "a.pdf* b")]
    [InlineData("-a +a-b +a-c a.x=a +b", "a* a-b a-c b")]
    [InlineData("-a.doc +ab.doc +b.doc", "ab.doc b.doc")]
    [InlineData("-z.doc z.doc.x=z.doc", "z.doc*")]
    public async Task What_is_kept_stands_where_it_stood(string steps, string names)
    {
        var chunks = new MemoryChunks();
        var tree = new OpenTree(new TreeWriter(TestKeys.Keys, chunks));
        foreach (var step in steps.Split(' ').OrderBy(NameOf, StringComparer.Ordinal))
        {
            if (step[0] == '+') tree.Add(Entry(step[1..]));
            else if (step[0] == '-') tree.Gone(Entry(step[1..]));
            else
            {
                var (now, former) = (step.Split('=')[0], Bytes(step.Split('=')[1]));
                Assert.True(tree.CanKeep(former, Bytes(now)));
                tree.Keep(former, Since);
            }
        }
        var found = new List<string>();
        await foreach (var entry in TreeReader.ReadAsync(tree.Finish(), chunks))
            found.Add(Encoding.UTF8.GetString(entry.Name.Span) + (entry.HeldBackSince == Since ? "*" : ""));
        Assert.Equal(names.Split(' ').Order(StringComparer.Ordinal), found);
    }

    [Fact]
    public async Task Few_entries_wait_however_many_are_gone()
    {
        var chunks = new MemoryChunks();
        var tree = new OpenTree(new TreeWriter(TestKeys.Keys, chunks));
        for (var i = 0; i < 2_000; i++)
        {
            tree.Gone(Entry($"a.{i:d4}"));
            tree.Add(Entry($"a.{i:d4}x"));
        }
        Assert.False(tree.CanKeep(Bytes("a.0001"), Bytes("a.1999x")));
        Assert.True(tree.CanKeep(Bytes("a.1999"), Bytes("a.1999x")));
        var count = 0;
        await foreach (var entry in TreeReader.ReadAsync(tree.Finish(), chunks)) count++;
        Assert.Equal(2_000, count);
    }

    private static string NameOf(string step) => step.TrimStart('+', '-').Split('=')[0];

    private static TreeEntry Entry(string name) => new() { Name = Bytes(name), Type = TreeEntryType.File, Chunks = Reference.Empty };

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
