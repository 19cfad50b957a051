using HostAtlas.Engine;
using HostAtlas.Engine.Audit;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Backups.Retention;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.People;

/// <summary><c>GET|PUT /api/servers/{id}/backups/retention</c> and <c>POST …/retention/cancel</c>.</summary>
internal sealed class RetentionEndpoints(
    EngineClient engine, BackupCatalogue catalogue, ServerEndpoints servers, TimeProvider time)
{
    /// <summary>Of a server or of a team.</summary>
    internal static readonly Failure OwnersOnly =
        new(ProblemSlug.NotPermitted, "Only an owner lowers the number of days in which everything stays.");

    /// <summary>200: what stays, what keeps retention from going on, and what is about to go.</summary>
    public async Task<Answer> GetAsync(HttpContext http)
    {
        var admitted = await servers.AdmitAsync(http, Operation.ReadBackups);
        return admitted.Value is { } server ? await ShowAsync(http, server) : admitted.Failure!;
    }

    /// <summary>
    /// 200 with what stays from now on. A lower number of days holds a week later, and takes an owner to ask for: it is the one thing that
    /// protects what is young, whoever got hold of an administrator's session.
    /// </summary>
    public async Task<Answer> PutAsync(HttpContext http)
    {
        var admitted = await servers.AdmitAsync(http, Operation.ChangeRetention);
        if (admitted.Value is not { } server) return admitted.Failure!;
        var chosen = await RetentionBody.ReadAsync(http);
        if (chosen.Value is not { } wanted) return chosen.Failure!;
        var (grant, days) = (server.Grant, wanted.FloorDays);
        var asked = Failure.Unless<BackupsShown>(await engine.AskAsync(new ShowBackups(grant.Team, server.Id), http.RequestAborted));
        if (asked.Value is not { } shown) return asked.Failure!;
        if (grant.Role != TeamRole.Owner && days < (shown.Retention?.Floor ?? RetentionFloor.Default).At(time.GetUtcNow()))
            return OwnersOnly;
        return await CarryAsync(http, server, new ChooseRetention(grant.Team, server.Id, wanted.Policy, days, grant.By));
    }

    /// <summary>200: from the next sweep on the team's default holds, by the rules of a choice.</summary>
    public async Task<Answer> DeleteAsync(HttpContext http)
    {
        var admitted = await servers.AdmitAsync(http, Operation.ChangeRetention);
        return admitted.Value is not { } server ? admitted.Failure!
            : await CarryAsync(http, server, new InheritRetention(server.Grant.Team, server.Id, server.Grant.By));
    }

    /// <summary>200: what had expired and lost nothing yet is back, and nothing goes for 30 days.</summary>
    public async Task<Answer> CancelAsync(HttpContext http)
    {
        var admitted = await servers.AdmitAsync(http, Operation.CancelDeletion);
        if (admitted.Value is not { } server) return admitted.Failure!;
        var read = await JsonBody.ReadAsync(http, PeopleJson.Default.CancelBody);
        if (read.Value is not { } body) return read.Failure!;
        var fields = new Fields();
        var reason = fields.Reason("/reason", body.Reason);
        if (fields.Failure is { } faults) return faults;
        return await CarryAsync(
            http, server, new CancelDeletion(server.Grant.Team, server.Id, server.Grant.By) { Reason = reason });
    }

    // Not given up because the sender hung up: what was asked for is to stand when the person looks again.
    private async Task<Answer> CarryAsync(HttpContext http, AdmittedServer server, IBackupCommand command)
    {
        var done = Failure.Unless<Done>(await engine.AskAsync(command, CancellationToken.None));
        return done.Failure is { } refused ? refused : await ShowAsync(http, server);
    }

    private async Task<Answer> ShowAsync(HttpContext http, AdmittedServer server)
    {
        var team = server.Grant.Team;
        var asked = Failure.Unless<BackupsShown>(await engine.AskAsync(new ShowBackups(team, server.Id), http.RequestAborted));
        if (asked.Value is not { } shown) return asked.Failure!;
        var chain = await catalogue.SnapshotsAsync(team, server.Id, shown, http.RequestAborted);
        var space = await catalogue.SpaceAsync(team, server.Id, shown, http.RequestAborted);
        return Answer.Json(
            StatusCodes.Status200OK, RetentionView.Of(shown, chain, space, time.GetUtcNow()), PeopleJson.Default.RetentionView);
    }
}

/// <summary>The body of <c>PUT …/backups/retention</c>: all of it, so that nothing changes by being forgotten.</summary>
internal sealed record RetentionBody(int? Last, int? Daily, int? Weekly, int? Monthly, int? Yearly, int? FloorDays)
{
    /// <summary>What a request's body says, or everything that is wrong with it.</summary>
    public static async Task<Step<RetentionDefault>> ReadAsync(HttpContext http)
    {
        var read = await JsonBody.ReadAsync(http, PeopleJson.Default.RetentionBody);
        return read.Value is { } body ? body.Read() : read.Failure!;
    }

    private Step<RetentionDefault> Read()
    {
        var fields = new Fields();
        var counts = new RetentionPolicy(
            Count(fields, "/last", Last), Count(fields, "/daily", Daily), Count(fields, "/weekly", Weekly),
            Count(fields, "/monthly", Monthly), Count(fields, "/yearly", Yearly));
        if (FloorDays is not (>= RetentionFloor.LeastDays and <= RetentionFloor.MostDays))
            fields.Fault("/floorDays", $"A number from {RetentionFloor.LeastDays} to {RetentionFloor.MostDays} is expected.");
        return fields.Failure is { } faults ? faults : new RetentionDefault(counts, FloorDays!.Value);
    }

    private static int Count(Fields fields, string pointer, int? count)
    {
        if (count is not (>= 0 and <= RetentionPolicy.CountAtMost))
            fields.Fault(pointer, $"A number from 0 to {RetentionPolicy.CountAtMost} is expected.");
        return count ?? 0;
    }
}

/// <summary>The body of <c>POST …/backups/retention/cancel</c>.</summary>
internal sealed record CancelBody(string? Reason);

/// <summary>How retention stands. Times are ISO 8601 in UTC.</summary>
/// <param name="FloorDays">In which everything stays.</param>
/// <param name="NextFloorDays">A lower number that somebody asked for; null for none.</param>
/// <param name="NextFloorFrom">When it holds.</param>
/// <param name="Inherited">Nobody chose for the server itself: it goes by the team's default, or will from its next sweep on.</param>
/// <param name="Stopped"><c>run-open</c>, <c>held</c>, <c>suspect</c> or <c>frozen</c>; null when nothing keeps it from going on.</param>
/// <param name="HeldUntil">Somebody cancelled: nothing goes before.</param>
/// <param name="Waiting">What goes unless somebody cancels.</param>
/// <param name="Locked">What should be gone and the bucket's object lock keeps.</param>
internal sealed record RetentionView(
    int Last, int Daily, int Weekly, int Monthly, int Yearly, int FloorDays, int? NextFloorDays, DateTimeOffset? NextFloorFrom,
    bool Inherited, string? Stopped, DateTimeOffset? HeldUntil, WaitingView Waiting, LockedView Locked)
{
    /// <summary>What entity and tables show, for people.</summary>
    public static RetentionView Of(BackupsShown shown, IReadOnlyList<ChainSnapshot> chain, VaultSpace space, DateTimeOffset now)
    {
        var standing = shown.Retention
            ?? new RetentionStanding(RetentionPolicy.Default, RetentionFloor.Default, RetentionStop.None, null, 0) { Inherits = true };
        var (counts, floor) = (standing.Policy, standing.Floor);
        var waits = floor.NextFrom > now;
        return new RetentionView(
            counts.Last, counts.Daily, counts.Weekly, counts.Monthly, counts.Yearly, floor.At(now), waits ? floor.NextDays : null,
            waits ? floor.NextFrom?.ToUniversalTime() : null, standing.Inherits, AuditNames.Of(standing.Stop),
            standing.HeldUntil?.ToUniversalTime(),
            new WaitingView(
                chain.Count(item => item.ExpiredAt is not null), space.Noticed.Objects, space.Noticed.Bytes,
                (space.FirstNoticedAt + ObjectExpiry.NoticeTime)?.ToUniversalTime()),
            new LockedView(space.Held.Sum.Objects, space.Held.Sum.Bytes, space.Held.Until?.ToUniversalTime()));
    }
}

/// <summary>What is about to go. <paramref name="From"/>: the earliest time at which anything of it does; null for nothing.</summary>
internal sealed record WaitingView(int Snapshots, int Objects, long Bytes, DateTimeOffset? From);

/// <summary>What a lock keeps. <paramref name="Until"/>: when the last of it is tried again; null for nothing.</summary>
internal sealed record LockedView(int Objects, long Bytes, DateTimeOffset? Until);
