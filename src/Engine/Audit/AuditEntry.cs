using System.Globalization;
using System.Text.Json.Nodes;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Audit;

/// <summary>One line of a team's audit log. Its canonical bytes are what is chained, sealed and exported: docs/operations.md.</summary>
/// <param name="Number">1, 2, 3 … a team, without gaps.</param>
/// <param name="At">When it happened, by the clock of the node that decided.</param>
/// <param name="By">Who asked; null is told as <c>unknown</c>.</param>
/// <param name="Action">One of <see cref="AuditRules.Actions"/>.</param>
/// <param name="Source">The event that it tells of; null for what the log says of itself.</param>
public sealed record AuditEntry(
    TeamId Team, long Number, DateTimeOffset At, Author? By, string Action, AuditFacts Facts, AuditSource? Source)
{
    /// <summary>How times are written: UTC, milliseconds, 24 characters.</summary>
    public const string TimeForm = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>The bytes that are hashed.</summary>
    public byte[] ToCanonical() => CanonicalJson.Write(new JsonObject
    {
        ["action"] = Action,
        ["actor"] = new JsonObject
        {
            ["address"] = By?.Address,
            ["id"] = By?.Id?.ToString(),
            ["kind"] = AuditNames.OfActor(By?.Kind),
            ["name"] = By?.Name,
            ["session"] = By?.Session?.ToString(),
        },
        ["after"] = Facts.After?.DeepClone(),
        ["at"] = At.UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture),
        ["before"] = Facts.Before?.DeepClone(),
        ["event"] = Source is null ? null : new JsonObject { ["entity"] = Source.PersistenceId, ["number"] = Source.SequenceNr },
        ["number"] = Number,
        ["subject"] = new JsonObject
        {
            ["id"] = (Facts.Subject.Id ?? (Facts.Subject.Kind == "team" ? Team.Value : null))?.ToString(),
            ["kind"] = Facts.Subject.Kind,
            ["name"] = Facts.Subject.Name,
        },
        ["team"] = Team.ToString(),
    });
}

/// <summary>The event of the journal that an entry tells of: with the team, the entry's identity.</summary>
public sealed record AuditSource(string PersistenceId, long SequenceNr);

/// <summary>What was changed, from what to what: names, ids, times and settings; never a secret, nor the hash of one.</summary>
/// <param name="Before">Null where nothing was before, or where the event does not say.</param>
/// <param name="After">Null where nothing is left.</param>
public sealed record AuditFacts(AuditSubject Subject, JsonObject? Before = null, JsonObject? After = null);

/// <summary>What a change was done to.</summary>
/// <param name="Kind"><c>team</c>, <c>member</c>, <c>invitation</c>, <c>server</c>, <c>backups</c>, <c>key</c>,
/// <c>channel</c> or <c>log</c>.</param>
/// <param name="Id">Null for the team itself, which the entry names, and for the log.</param>
/// <param name="Name">As it was called in that event; null where the event does not say.</param>
public sealed record AuditSubject(string Kind, Guid? Id, string? Name = null);
