using System.Text.Json.Nodes;
using HostAtlas.Engine.Cluster;
using HostAtlas.Engine.Projections;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Audit;

/// <summary>
/// Which events people are told of in the audit log, and in what words: one row a type of event, in a file a room. Pure. An event is in one
/// of two tables, <see cref="Rows"/> or <see cref="Untold"/>, and a test goes through the serializers' tables to see that it is; the list
/// of actions is closed and follows from the rows. An action's name is never changed or used for something else: logs are kept for years.
/// </summary>
public static partial class AuditRules
{
    /// <summary>What the log says when an event of the journal does not open.</summary>
    public const string EventDamaged = "event.damaged";

    /// <summary>What stands for an entry that was altered in the database and does not open; no entry itself says it.</summary>
    public const string EntryDamaged = "entry.damaged";

    /// <summary>What stands for an entry that is not there any more: numbers have no gaps; no entry itself says it.</summary>
    public const string EntryMissing = "entry.missing";

    /// <summary>What the log says when its own end was altered, before it goes on behind it.</summary>
    public const string LogBroken = "log.broken";

    /// <summary>The events that are told.</summary>
    internal static IReadOnlyList<AuditRule> Rows { get; } = [.. OfTeams, .. OfChannels, .. OfUsers, .. OfServers, .. OfBackups];

    /// <summary>The events that are not told, each with the reason.</summary>
    internal static IReadOnlyDictionary<Type, string> Untold { get; } =
        UntoldOfUsers.Concat(UntoldOfServers).Concat(UntoldOfBackups).ToDictionary(row => row.Event, row => row.Why);

    private static readonly Dictionary<Type, AuditRule> ByType = Rows.ToDictionary(row => row.Event);

    /// <summary>Every action that an entry may name.</summary>
    public static IReadOnlyList<string> Actions { get; } =
        [.. Rows.Select(row => row.Action).Concat([EventDamaged, EntryDamaged, EntryMissing, LogBroken])
            .Distinct().Order(StringComparer.Ordinal)];

    /// <summary>
    /// The row of an event, or null when it is not told. <see cref="InvalidOperationException"/> for a type that neither table has: an
    /// unknown event is an error of the program, not one to be passed over in an audit log.
    /// </summary>
    public static AuditRule? Find(object happened) => ByType.TryGetValue(happened.GetType(), out var row)
        ? row
        : Untold.ContainsKey(happened.GetType())
            ? null
            : throw new InvalidOperationException($"{happened.GetType().Name} stands in neither table of the audit rules.");

    /// <summary>
    /// The teams in whose logs an event stands: the team of its entity, or for a person's entity those that the event names. None when it
    /// is not told.
    /// </summary>
    public static IReadOnlyCollection<TeamId> TeamsOf(string persistenceId, object happened) =>
        EntityAddress.TeamOf(persistenceId) is { } team
            ? [team]
            : happened is IEntityEvent && Find(happened) is { } row ? row.Teams(happened) : [];

    private static AuditRule Told<T>(string action, Func<T, AuditFacts> facts) where T : IAuditedEvent =>
        new(typeof(T), action, (happened, _) => facts((T)happened), _ => []);

    // Of a server's own entity, which the event itself does not name.
    private static AuditRule OnServer<T>(string action, string kind, Func<T, (JsonObject? Before, JsonObject? After)> facts,
        Func<T, string?>? name = null)
        where T : IAuditedEvent => new(typeof(T), action, (happened, server) =>
        {
            var (before, after) = facts((T)happened);
            return new AuditFacts(new AuditSubject(kind, server?.Value, name?.Invoke((T)happened)), before, after);
        }, _ => []);

    private static JsonArray List(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)text)];
}

/// <summary>How one type of event is told.</summary>
/// <param name="Event">The type.</param>
/// <param name="Action">What was done, as a name.</param>
/// <param name="Facts">The words, from the event and, for a server's entity or its backups, the server.</param>
/// <param name="Teams">For a person's event: the teams concerned.</param>
public sealed record AuditRule(
    Type Event, string Action, Func<object, ServerId?, AuditFacts> Facts, Func<object, IReadOnlyCollection<TeamId>> Teams);
