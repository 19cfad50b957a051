using System.Text.Json.Nodes;
using HostAtlas.Engine;
using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Gateway.People;

/// <summary><c>/api/audit</c>: what was changed in a team, by whom.</summary>
internal sealed class AuditEndpoints(EngineClient engine, IAuditLog log, AuditExportReader export, Access access)
{
    // Action and actor lie sealed with the rest of an entry: to find them is to open entries. So many a request, then the caller goes on.
    private const int MostOpened = 2_000, PageOpened = 500;

    /// <summary>200: entries, the newest first. A page may hold fewer than were asked for, and none, and still have a next one.</summary>
    public async Task<Answer> ListAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.ReadAudit);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        var read = AuditQuery.Read(http.Request.Query);
        if (read.Value is not { } query) return read.Failure!;
        var page = new AuditPaging(log, grant.Team, query);
        var opened = 0;
        if (!await page.TakeWhatIsMissingBeforeAsync(http.RequestAborted)) return AnswerOf(page.Cut());
        while (true)
        {
            var window = new AuditWindow(query.FromMs, query.ToMs, page.Place);
            var entries = await log.PageAsync(grant.Team, window, PageOpened, http.RequestAborted);
            foreach (var entry in entries)
                if (!page.Take(entry)) return AnswerOf(page.Cut());
            opened += entries.Count;
            if (entries.Count < PageOpened) return AnswerOf(page.Whole());
            if (opened >= MostOpened) return AnswerOf(page.Cut());
        }
    }

    /// <summary>200: the whole log as lines of JSON, which anybody can check.</summary>
    public async Task<Answer> ExportAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.ReadAudit);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        // The team hears who has a copy; the next export shows it.
        if (Failure.Unless<Done>(await engine.AskAsync(new NoteAuditExport(grant.Team, grant.By), http.RequestAborted)).Failure
            is { } refused) return refused;
        // Read before the answer begins: a store that is away is told with its status, not by an answer that breaks off.
        return new AuditExportAnswer(export, grant.Team, await export.PageAsync(grant.Team, null, http.RequestAborted));
    }

    private static Answer AnswerOf(Page<AuditItem> page) =>
        Answer.Json(StatusCodes.Status200OK, page, PeopleJson.Default.AuditPage);
}

/// <summary>One entry for people; times are ISO 8601 in UTC.</summary>
internal sealed record AuditItem(
    long Number, DateTimeOffset At, AuditActor Actor, string Action, JsonObject Subject, JsonObject? Before, JsonObject? After)
{
    /// <summary>The entry; one that was altered in the database and does not open says so.</summary>
    public static AuditItem Of(AuditLogEntry row)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(row.AtMs);
        if (row.Entry is null || CanonicalJson.TryRead(row.Entry.Canonical) is not { } entry)
        {
            return OfTheLog(row.Number, at, AuditRules.EntryDamaged);
        }
        var actor = entry["actor"]!;
        return new AuditItem(row.Number, at,
            new AuditActor((string)actor["kind"]!, (string?)actor["id"], (string?)actor["name"], (string?)actor["address"],
                (string?)actor["session"]),
            (string)entry["action"]!, entry["subject"]!.AsObject(), entry["before"]?.AsObject(), entry["after"]?.AsObject());
    }

    /// <summary>What stands for an entry that was removed in the database.</summary>
    public static AuditItem Missing(long number, long atMs) =>
        OfTheLog(number, DateTimeOffset.FromUnixTimeMilliseconds(atMs), AuditRules.EntryMissing);

    private static AuditItem OfTheLog(long number, DateTimeOffset at, string action) => new(
        number, at, AuditActor.Unknown, action, new JsonObject { ["id"] = null, ["kind"] = "log", ["name"] = null }, null, null);
}

/// <summary>Who did it.</summary>
/// <param name="Kind"><c>person</c>, <c>key</c>, <c>server</c>, <c>operator</c>, <c>platform</c> or <c>unknown</c>.</param>
internal sealed record AuditActor(string Kind, string? Id, string? Name, string? Address, string? Session)
{
    /// <summary>Nobody knows.</summary>
    public static readonly AuditActor Unknown = new("unknown", null, null, null, null);
}

/// <summary>The log as it goes over the line, page by page: it may be larger than memory.</summary>
internal sealed record AuditExportAnswer(AuditExportReader Export, TeamId Team, AuditExportPage First) : Answer
{
    /// <inheritdoc />
    public override async Task WriteAsync(HttpContext http)
    {
        http.Response.ContentType = "application/jsonl";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"audit-{Team}.jsonl\"";
        var page = First;
        while (true)
        {
            foreach (var line in page.Lines) await http.Response.BodyWriter.WriteAsync(line, http.RequestAborted);
            if (page.Next is null) return;
            page = await Export.PageAsync(Team, page.Next, http.RequestAborted);
        }
    }
}
