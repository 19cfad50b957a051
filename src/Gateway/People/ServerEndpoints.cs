using System.Data.Common;
using System.Security.Cryptography;
using HostAtlas.Engine;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Projections;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.People;

/// <summary><c>/api/servers</c>: list, add, show, rename, delete, and new agent tokens.</summary>
internal sealed class ServerEndpoints(
    EngineClient engine,
    PlatformKeys keys,
    IServerDirectory directory,
    ProjectionWaiter projection,
    Access access,
    ILogger<ServerEndpoints> log)
{
    /// <summary>A page of the team's servers.</summary>
    public async Task<Answer> ListAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.ReadServers);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        var query = ListQuery.Read(http.Request.Query);
        if (query.Fault is not null) return query.Fault;
        ServerId? after = null;
        if (query.Cursor is not null)
        {
            if (!ResourceId.TryParse<ServerId>(query.Cursor, out var id)) return ListQuery.UnknownCursor;
            after = id;
        }
        var rows = await directory.ListAsync(grant.Team, after, query.Limit + 1, http.RequestAborted);
        var page = query.PageOf(rows.Select(ServerView.Of).ToList(), server => server.Id.ToString());
        return Answer.Json(StatusCodes.Status200OK, page, PeopleJson.Default.ServerPage);
    }

    /// <summary>One server.</summary>
    public async Task<Answer> GetAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.ReadServers);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        var found = await FindAsync(http, grant.Team);
        return found.Value is { } row
            ? Answer.Json(StatusCodes.Status200OK, ServerView.Of(row), PeopleJson.Default.ServerView)
            : found.Failure!;
    }

    /// <summary>Adds a server: 201 with its first token, which is shown this once.</summary>
    public async Task<Answer> PostAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.AddServer);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        var read = await JsonBody.ReadAsync(http, PeopleJson.Default.ServerBody);
        if (read.Value is not { } body) return read.Failure!;
        var fields = new Fields();
        var name = fields.Name("/name", body.Name);
        if (fields.Failure is { } faults) return faults;

        var id = ResourceId.FromRandom<ServerId>(RandomNumberGenerator.GetBytes(ResourceId.SizeBytes));
        var add = new AddServer(grant.Team, id, name, grant.ByKey, grant.By);
        var reply = Failure.Unless<ServerAdded>(await engine.AskAsync(add, CancellationToken.None));
        if (reply.Value is not { } added) return reply.Failure!;
        var issued = await IssueAsync(grant, id, added.Name, overlapSeconds: 0);
        await CourtesyAsync(id, () => projection.WaitForServerAsync(grant.Team, id, cancellation: http.RequestAborted));
        if (issued.Value is not { } token) return Tokenless(issued.Failure, id);
        var created = new ServerCreated(id, added.Name, token.Token);
        return Answer.Json(StatusCodes.Status201Created, created, PeopleJson.Default.ServerCreated, $"/api/servers/{id}");
    }

    /// <summary>Gives a server another name: 200 with the server.</summary>
    public async Task<Answer> PatchAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.RenameServer);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        if (!ResourceId.TryParse<ServerId>(http.Request.RouteValues["id"] as string, out var id)) return Failure.NotFound;
        var read = await JsonBody.ReadAsync(http, PeopleJson.Default.ServerBody);
        if (read.Value is not { } body) return read.Failure!;
        var fields = new Fields();
        var name = fields.Name("/name", body.Name);
        if (fields.Failure is { } faults) return faults;
        var rename = new RenameServer(grant.Team, id, name, grant.ByKey, grant.By);
        var renamed = Failure.Unless<Done>(await engine.AskAsync(rename, CancellationToken.None));
        if (renamed.Failure is { } failure) return failure;
        await CourtesyAsync(id, () => projection.WaitForNameAsync(grant.Team, id, name, cancellation: http.RequestAborted));
        var found = await FindAsync(http, grant.Team);
        // Should the tables still show the old name, the answer does not: the change is journalled.
        return found.Value is { } row
            ? Answer.Json(StatusCodes.Status200OK, ServerView.Of(row) with { Name = name }, PeopleJson.Default.ServerView)
            : found.Failure!;
    }

    /// <summary>
    /// Deletes a server: 204. Three entities take part, and each step may be repeated: the chain closes first, since it may refuse; then
    /// the door, with which every token is dead; then the team lets go. A deletion that dies on the way leaves a server that is still
    /// listed, and deleting it again goes on.
    /// </summary>
    public async Task<Answer> DeleteAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.DeleteServer);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        if (!ResourceId.TryParse<ServerId>(http.Request.RouteValues["id"] as string, out var id)) return Failure.NotFound;
        var known = Failure.Unless<Done>(await engine.AskAsync(new FindServer(grant.Team, id), http.RequestAborted));
        if (known.Failure is { } unknown) return unknown;
        // Not given up because the sender hung up: half a deletion helps nobody.
        var closed = Failure.Unless<Done>(
            await engine.AskAsync(new CloseBackups(grant.Team, id, grant.By), CancellationToken.None));
        if (closed.Failure is { } refused) return refused;
        var shut = Failure.Unless<Done>(await engine.AskAsync(new CloseDoor(grant.Team, id, grant.By), CancellationToken.None));
        if (shut.Failure is { } open) return open;
        var removed = Failure.Unless<Done>(await engine.AskAsync(new RemoveServer(grant.Team, id, grant.By), CancellationToken.None));
        if (removed.Failure is { } kept) return kept;
        await CourtesyAsync(id, () => projection.WaitUntilGoneAsync(grant.Team, id, cancellation: http.RequestAborted));
        return Answer.NoContent;
    }

    /// <summary>A new token; earlier ones end after <c>overlapSeconds</c> (default 0).</summary>
    public async Task<Answer> PostTokenAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.RotateToken);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        if (!ResourceId.TryParse<ServerId>(http.Request.RouteValues["id"] as string, out var id)) return Failure.NotFound;
        // The team, not the directory, knows at once which servers are its own.
        var known = Failure.Unless<Done>(await engine.AskAsync(new FindServer(grant.Team, id), http.RequestAborted));
        if (known.Failure is { } unknown) return unknown;
        var read = await JsonBody.ReadAsync(http, PeopleJson.Default.TokenBody);
        if (read.Value is not { } body) return read.Failure!;
        var fields = new Fields();
        var overlap = fields.Overlap("/overlapSeconds", body.OverlapSeconds);
        if (fields.Failure is { } faults) return faults;
        // For the audit log, which shows what the tables know now.
        var name = (await directory.FindAsync(grant.Team, id, http.RequestAborted))?.Name;
        var issued = await IssueAsync(grant, id, name, overlap);
        return issued.Value is { } token ? Answer.Json(StatusCodes.Status200OK, token, PeopleJson.Default.TokenView) : issued.Failure!;
    }

    /// <summary>Whoever may do this to the server that the route names, one of the team's.</summary>
    internal async Task<Step<AdmittedServer>> AdmitAsync(HttpContext http, Operation operation)
    {
        var admitted = await access.AdmitAsync(http, operation);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        var found = await FindAsync(http, grant.Team);
        return found.Value is { } row ? new AdmittedServer(grant, row.Id) : found.Failure!;
    }

    /// <summary>The directory's row of the server that the route names.</summary>
    private async Task<Step<ServerRow>> FindAsync(HttpContext http, TeamId team)
    {
        if (!ResourceId.TryParse<ServerId>(http.Request.RouteValues["id"] as string, out var id)) return Failure.NotFound;
        return await directory.FindAsync(team, id, http.RequestAborted) is { } row ? row : Failure.NotFound;
    }

    /// <summary>
    /// So that the next page a person sees shows the change, a new server's also when its token failed. Only a courtesy: what happened is
    /// journalled, the answer may hold the one copy of a token there is, and tables that are away must not lose it.
    /// </summary>
    private async Task CourtesyAsync(ServerId server, Func<Task> wait)
    {
        try
        {
            await wait();
        }
        catch (DbException fault)
        {
            log.LogWarning(fault, "Server {Server} was changed, but the list cannot be read to see it there", server);
        }
    }

    private async Task<Step<TokenView>> IssueAsync(Grant grant, ServerId server, string? name, int overlapSeconds)
    {
        var secret = RandomNumberGenerator.GetBytes(TokenForm.SecretBytes);
        var token = TokenForm.Write(TokenKind.Agent, grant.Team, server, secret, keys.TokenKey);
        CryptographicOperations.ZeroMemory(secret);
        var issued = Failure.Unless<Done>(
            await engine.AskAsync(
                new IssueToken(grant.Team, server, TokenHash.Of(token), overlapSeconds, grant.By) { Name = name }, CancellationToken.None));
        return issued.Failure is { } failure ? failure : new TokenView(token);
    }

    /// <summary>
    /// The server is there and its token is not: sending the request again would make a second server, so the answer says what to do.
    /// </summary>
    private static Answer Tokenless(Answer? failure, ServerId id) => failure is Failure { Slug: ProblemSlug.EngineBusy } busy
        ? busy with { Detail = $"The server was added, but its token could not be kept. Ask for one with POST /api/servers/{id}/token." }
        : failure!;
}

/// <summary>A server of the team that a call is about, and what its caller may do.</summary>
internal sealed record AdmittedServer(Grant Grant, ServerId Id);
