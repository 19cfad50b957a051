using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Engine.Tests.Audit;

public sealed class AuditVerifierTests
{
    private static readonly TeamId Team = Named.Id<TeamId>("red"), Other = Named.Id<TeamId>("blue");
    private static readonly byte[] Root = Named.Bytes("root"), Wrong = Named.Bytes("another root");

    /// <summary>An export of five entries.</summary>
    private static readonly IReadOnlyList<string> Lines = Export(Team, 5);

    [Fact]
    public void An_export_is_the_golden_file_byte_for_byte()
    {
        var text = string.Concat(Lines.Select(line => line + "\n"));
        var file = Repository.Vector("audit", "export.jsonl");
        Assert.True(File.Exists(file), $"audit/export.jsonl is not there. Keep this as the file:\n{text}");
        Assert.Equal(File.ReadAllText(file), text);
    }

    [Fact]
    public void An_export_as_it_was_written_passes_with_and_without_the_root_key()
    {
        Assert.Equal((null, 5L), Verify(Lines, Root));
        Assert.Equal((null, 5L), Verify(Lines, null));
    }

    /// <summary>What was done to the export, the line (from 1) where it must be seen, and a part of what is said.</summary>
    public static TheoryData<string, int, string> Harm => new()
    {
        { "changed", 3, "The hash of entry 2 does not follow" },
        { "removed", 3, "Entry 3 stands where entry 2 must stand: entries were removed" },
        { "first removed", 2, "Entry 2 stands where entry 1 must stand: entries were removed" },
        { "inserted", 4, "Entry 2 stands where entry 3 must stand: it was added" },
        { "re-ordered", 3, "Entry 3 stands where entry 2 must stand" },
        { "tail cut with the head", 5, "The head is missing" },
        { "tail cut, head kept", 5, "The head is that of 5 entries and 3 are here: the last ones were removed" },
        { "added behind, hashed", 8, "The head is that of 5 entries and 6 are here: some were added" },
        { "added behind the head", 8, "stands behind the head" },
        { "of another team", 3, "This is an entry of another team's log" },
        { "head of another team", 7, "The head is that of other entries" },
        { "header of another team", 2, "This is an entry of another team's log" },
        { "header removed", 1, "This is no export" },
        { "changed and hashed anew", 7, "The head is that of other entries" },
        { "changed, hashed and signed anew", 7, "which root.key does not hold" },
        { "signed by another key under this one's id", 7, "The head was not made with the root key that it names" },
        { "white space", 3, "This is no entry as it was written" },
        { "members in another order", 3, "This is no entry as it was written" },
        { "no export at all", 1, "This is no export" },
        { "an empty line", 3, "This is no line of an export" },
        { "not opened", 3, "This did not open when the export was made" },
    };

    [Theory]
    [MemberData(nameof(Harm))]
    public void What_was_done_to_an_export_is_seen_at_its_line(string harm, int line, string says)
    {
        var lines = Harmed(harm);
        var (fault, _) = Verify(lines, Root);
        Assert.NotNull(fault);
        Assert.Equal((long)line, fault.Line);
        Assert.Contains(says, fault.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_root_key_a_forged_head_passes_and_a_slip_does_not()
    {
        Assert.Null(Verify(Harmed("changed, hashed and signed anew"), null).Fault);
        Assert.Null(Verify(Harmed("signed by another key under this one's id"), null).Fault);
        Assert.NotNull(Verify(Harmed("changed"), null).Fault);
        Assert.NotNull(Verify(Harmed("changed and hashed anew"), null).Fault);
    }

    [Fact]
    public void Any_byte_that_is_changed_added_or_removed_is_found() =>
        Gen.Select(Gen.Int[0, 9_999], Gen.Byte, Gen.Int[0, 2]).Sample((at, value, how) =>
        {
            var bytes = Encoding.UTF8.GetBytes(string.Concat(Lines.Select(line => line + "\n"))).ToList();
            at %= bytes.Count;
            if (how == 0) bytes.RemoveAt(at);
            else if (how == 1) bytes.Insert(at, value);
            else if (bytes[at] == value) return;
            else bytes[at] = value;
            Assert.NotNull(VerifyBytes(bytes, Root));
        }, iter: 3_000);

    [Fact]
    public void Any_lines_that_are_left_out_doubled_or_moved_are_found() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 6], Gen.Int[0, 2]).Sample((from, to, how) =>
        {
            var lines = Lines.ToList();
            if (how == 0) lines.RemoveAt(from);
            else if (how == 1) lines.Insert(to, lines[from]);
            else if (from == to) return;
            else
            {
                var moved = lines[from];
                lines.RemoveAt(from);
                lines.Insert(to, moved);
            }
            Assert.NotNull(Verify(lines, Root).Fault);
        }, iter: 500);

    [Fact]
    public void A_head_by_an_earlier_root_key_of_the_ring_passes()
    {
        var ring = new RootKeys([.. Wrong, .. Root]);
        var verifier = new AuditVerifier(ring.Find);
        foreach (var line in Lines) Assert.True(verifier.Take(Encoding.UTF8.GetBytes(line)));
        Assert.True(verifier.End());
        Assert.Equal(Team, verifier.Team);
    }

    private static List<string> Harmed(string harm)
    {
        var lines = Lines.ToList();
        switch (harm)
        {
            case "changed": lines[2] = lines[2].Replace("web-2", "web-9", StringComparison.Ordinal); break;
            case "removed": lines.RemoveAt(2); break;
            case "first removed": lines.RemoveAt(1); break;
            case "inserted": lines.Insert(3, lines[2]); break;
            case "re-ordered": (lines[2], lines[3]) = (lines[3], lines[2]); break;
            case "tail cut with the head": lines.RemoveRange(4, 3); break;
            case "tail cut, head kept": lines.RemoveRange(4, 2); break;
            case "added behind, hashed": lines.Insert(6, Export(Team, 6)[6]); break;
            case "added behind the head": lines.Add(lines[6]); break;
            case "of another team": lines[2] = Export(Other, 5)[2]; break;
            case "head of another team": lines[6] = Export(Other, 5)[6]; break;
            case "header of another team": lines[0] = Export(Other, 5)[0]; break;
            case "header removed": lines.RemoveAt(0); break;
            case "changed and hashed anew": lines = [.. Export(Team, 5, "evil")[..6], lines[6]]; break;
            case "changed, hashed and signed anew": lines = [.. Export(Team, 5, "evil", Wrong)]; break;
            case "signed by another key under this one's id":
                var id = $"{RootKeys.IdOf(Wrong):x16}";
                lines = [.. Export(Team, 5, "evil", Wrong).Select(line =>
                    line.Replace(id, $"{RootKeys.IdOf(Root):x16}", StringComparison.Ordinal))];
                break;
            case "white space": lines[2] = lines[2].Replace("\"number\":2", "\"number\": 2", StringComparison.Ordinal); break;
            case "members in another order":
                var entry = JsonNode.Parse(lines[2])!["entry"]!.AsObject();
                var (name, first) = entry.First();
                entry.Remove(name);
                entry.Add(name, first);
                lines[2] = lines[2][..AuditExport.EntryAt] + entry.ToJsonString() + "}";
                break;
            case "no export at all": lines = ["hello"]; break;
            case "an empty line": lines.Insert(2, ""); break;
            case "not opened": lines[2] = Encoding.UTF8.GetString(AuditExport.Damaged("entry 2")).TrimEnd('\n'); break;
            default: throw new ArgumentOutOfRangeException(nameof(harm), harm, null);
        }
        return lines;
    }

    /// <summary>An export, line by line; <paramref name="name"/> stands in its second entry.</summary>
    private static List<string> Export(TeamId team, int entries, string name = "web-2", byte[]? root = null)
    {
        var lines = new List<byte[]> { AuditExport.Header(team) };
        var hash = AuditChain.Start(team);
        var atMs = 0L;
        for (var number = 1; number <= entries; number++)
        {
            var subject = new AuditSubject("server", Named.Id<ServerId>($"{number}").Value, number == 2 ? name : $"web-{number}");
            var at = Named.Noon.AddMinutes(number);
            var canonical = new AuditEntry(team, number, at, Named.Ada, "server.added", new AuditFacts(
                subject, After: new JsonObject { ["name"] = subject.Name }), new AuditSource($"team-{team}", number + 2)).ToCanonical();
            hash = AuditChain.Next(hash, canonical);
            atMs = at.ToUnixTimeMilliseconds();
            lines.Add(AuditExport.Entry(new ChainedEntry(team, number, atMs, hash, canonical)));
        }
        var head = new AuditHead(entries, hash, atMs);
        root ??= Root;
        lines.Add(AuditExport.Head(new VouchedHead(head, RootKeys.IdOf(root), AuditChain.Authenticate(root, team, head))));
        return [.. lines.Select(line => Encoding.UTF8.GetString(line).TrimEnd('\n'))];
    }

    private static (AuditFault? Fault, long Entries) Verify(IEnumerable<string> lines, byte[]? root)
    {
        var verifier = New(root);
        if (lines.All(line => verifier.Take(Encoding.UTF8.GetBytes(line)))) verifier.End();
        return (verifier.Fault, verifier.Entries);
    }

    private static AuditFault? VerifyBytes(List<byte> bytes, byte[] root)
    {
        var verifier = New(root);
        for (var from = 0; from < bytes.Count;)
        {
            var end = bytes.IndexOf((byte)'\n', from);
            if (end < 0) end = bytes.Count;
            if (!verifier.Take([.. bytes[from..end]])) return verifier.Fault;
            from = end + 1;
        }
        verifier.End();
        return verifier.Fault ?? (bytes[^1] == '\n' ? null : new AuditFault(0, "It ends within a line."));
    }

    private static AuditVerifier New(byte[]? root) => new(root is null ? null : new RootKeys(root).Find);
}
