using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Tests.Cluster;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Tests.Audit;

public sealed partial class AuditRulesTests
{
    private static readonly TeamId Team = Named.Id<TeamId>("team");
    private static readonly ServerId Server = Named.Id<ServerId>("server");

    /// <summary>Every event that can stand in a journal, as the golden files have it.</summary>
    private static readonly IReadOnlyList<(string Room, string Name, IEntityEvent Event)> Events =
    [
        .. from room in Serializers.Rooms.Keys
           from sample in WireSamples.Of(room)
           where sample.Value is IEntityEvent
           select (room, sample.Key, (IEntityEvent)sample.Value),
    ];

    public static TheoryData<string> Types =>
        [.. Serializers.Rooms.Values.SelectMany(table => table).Select(row => row.Json.Type)
            .Where(typeof(IEntityEvent).IsAssignableFrom).Select(type => type.FullName!)];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_event_is_told_or_says_why_not(string name)
    {
        var type = typeof(IEntityEvent).Assembly.GetType(name)!;
        var (told, untold) = (AuditRules.Rows.Any(row => row.Event == type), AuditRules.Untold.ContainsKey(type));
        Assert.True(told != untold,
            $"{type.Name} stands in {(told ? "both tables" : "neither table")} of the audit rules. Is it something that a person, a key, "
            + "an agent or an operator asked for? Then give it `Author? By` (IAuditedEvent), and a row to "
            + $"src/Engine/Audit/AuditRules.<Room>.cs: `Told<{type.Name}>(\"thing.done\", e => …)` with its subject and what was before "
            + "and after; never a secret, nor its hash. Else add it to the Untold table of the same file with the reason.");
        Assert.True(!told || typeof(IAuditedEvent).IsAssignableFrom(type),
            $"{type.Name} is told in the audit log, so it must say who asked for it: make it an IAuditedEvent.");
    }

    [Fact]
    public void No_rule_is_left_of_an_event_that_is_gone()
    {
        var types = Events.Select(sample => sample.Event.GetType()).ToHashSet();
        Assert.Empty(AuditRules.Rows.Select(row => row.Event).Concat(AuditRules.Untold.Keys).Except(types));
        Assert.All(AuditRules.Untold.Values, why => Assert.False(string.IsNullOrWhiteSpace(why)));
    }

    [Fact]
    public void Actions_are_spelt_alike_and_no_two_events_share_one()
    {
        Assert.All(AuditRules.Actions, action => Assert.Matches(Action(), action));
        Assert.Equal(AuditRules.Rows.Count, AuditRules.Rows.Select(row => row.Action).Distinct().Count());
    }

    [Fact]
    public void The_entry_of_every_event_that_is_told_is_that_of_its_golden_file()
    {
        foreach (var (room, name, happened) in Events)
        {
            if (Entry(room, happened) is not { } text) continue;
            var file = TestSupport.Repository.Vector("audit", room, $"{name}.json");
            Assert.True(File.Exists(file),
                $"audit/{room}/{name}.json is not there. If the row is new, keep this as its file (no newline):\n{text}");
            Assert.Equal(File.ReadAllText(file), text);
            Assert.NotNull(CanonicalJson.TryRead(Encoding.UTF8.GetBytes(text)));
        }
    }

    [Fact]
    public void No_golden_file_is_left_of_an_entry_that_is_gone()
    {
        var told = Events.Where(sample => Entry(sample.Room, sample.Event) is not null)
            .Select(sample => $"{sample.Room}/{sample.Name}.json");
        var root = TestSupport.Repository.Vector("audit");
        var files = Directory.GetDirectories(root).SelectMany(room => Directory.GetFiles(room)).Select(file =>
            Path.GetRelativePath(root, file));
        Assert.Equal(told.Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_entry_holds_no_hash_of_a_secret()
    {
        foreach (var (room, name, happened) in Events)
        {
            if (Entry(room, happened) is not { } text) continue;
            var hashes = happened.GetType().GetProperties().Where(property => property.PropertyType == typeof(TokenHash))
                .Select(property => (TokenHash)property.GetValue(happened)!).ToList();
            foreach (var hash in hashes)
                Assert.DoesNotContain(JsonSerializer.Serialize(hash).Trim('"')[..16], text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("argon2", text, StringComparison.OrdinalIgnoreCase);
            Assert.False(Secret().IsMatch(text), $"{name}: {text}");
        }
    }

    [Fact]
    public void An_event_of_before_there_were_authors_is_told_as_by_somebody_unknown()
    {
        var entry = Told("teams", new Engine.Teams.TeamFounded("Red", Named.Noon, null));
        Assert.Contains("\"actor\":{\"address\":null,\"id\":null,\"kind\":\"unknown\",\"name\":null,\"session\":null}",
            Encoding.UTF8.GetString(Assert.Single(entry).Canonical), StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_that_nobody_knows_is_an_error_and_not_passed_over() =>
        Assert.Throws<InvalidOperationException>(() => Told("teams", new Unheard(Named.Noon)));

    private static string? Entry(string room, IEntityEvent happened) =>
        Told(room, happened).Select(entry => Encoding.UTF8.GetString(entry.Canonical)).SingleOrDefault();

    private static IReadOnlyList<ChainedEntry> Told(string room, IEntityEvent happened)
    {
        var id = room switch
        {
            "teams" => $"team-{Team}",
            "servers" => $"server-{Team}.{Server}",
            "backups" => $"backup-{Team}.{Server}",
            _ => $"user-{Named.Address("ada")}",
        };
        var logs = new AuditRows([], []);
        AuditTelling.Tell(logs, new JournalEntry(1, id, 1, happened));
        return logs.Added;
    }

    private sealed record Unheard(DateTimeOffset At) : IEntityEvent;

    [GeneratedRegex("^[a-z]+(-[a-z]+)*\\.[a-z]+(-[a-z]+)*$")]
    private static partial Regex Action();

    [GeneratedRegex("h[atikr]{2}_[A-Za-z0-9_-]{20,}|\"(hash|secret|password)[A-Za-z]*\":", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();
}
