using HostAtlas.Engine.Logs;
using HostAtlas.Gateway.People.Rights;

namespace HostAtlas.Gateway.People;

/// <summary><c>GET /api/servers/{id}/logs</c>.</summary>
internal sealed class LogsEndpoint(ILogsReader reader, ServerEndpoints servers)
{
    /// <summary>
    /// 200: a page, the newest line first. A page with <c>next</c> may hold fewer lines than asked for, or none: so far the search has
    /// come. The id is checked before the rest.
    /// </summary>
    public async Task<Answer> GetAsync(HttpContext http)
    {
        var admitted = await servers.AdmitAsync(http, Operation.ReadLogs);
        if (admitted.Value is not (var grant, var server)) return admitted.Failure!;
        var read = LogsRange.Read(http.Request.Query);
        if (read.Value is not { } range) return read.Failure!;
        var page = await reader.ReadAsync(
            new LogsQuery(grant.Team, server, range.Source, range.FromMs, range.ToMs, range.Text, range.After, range.Limit),
            http.RequestAborted);
        var items = page.Lines.Select(line => new LogLineView(line.Place.AtMs, line.Source, line.Text)).ToList();
        return Answer.Json(
            StatusCodes.Status200OK, new Page<LogLineView>(items, page.Next is { } next ? LogsRange.CursorOf(next) : null),
            PeopleJson.Default.LogPage);
    }
}

/// <summary>A line. <paramref name="At"/>: Unix milliseconds, as the agent sent it.</summary>
internal sealed record LogLineView(long At, string Source, string Text);
