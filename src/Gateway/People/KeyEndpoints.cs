using System.Security.Cryptography;
using HostAtlas.Engine;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;

namespace HostAtlas.Gateway.People;

/// <summary><c>/api/keys</c>: for people with a session only.</summary>
internal sealed class KeyEndpoints(EngineClient engine, PlatformKeys keys, IKeyUseStore uses, Access access, TimeProvider time)
{
    /// <summary>The keys' metadata, newest first.</summary>
    public async Task<Answer> ListAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.ReadKeys);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        var reply = Failure.Unless<TeamKeys>(await engine.AskAsync(new ListKeys(grant.Team), http.RequestAborted));
        if (reply.Value is not { } all) return reply.Failure!;
        var used = await uses.ReadAsync(grant.Team, http.RequestAborted);
        var views = all.Items.Select(key => KeyView.Of(key, used)).ToList();
        return ListQuery.AnswerOf(http, views, key => key.Id.ToString(), PeopleJson.Default.KeyPage);
    }

    /// <summary>Makes a key: 201 with its text, which is shown this once.</summary>
    public async Task<Answer> PostAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.CreateKey);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        var read = await JsonBody.ReadAsync(http, PeopleJson.Default.KeyBody);
        if (read.Value is not { } body) return read.Failure!;
        var fields = new Fields();
        var name = fields.Name("/name", body.Name);
        var scopes = Scopes(body.Scopes, fields);
        var expiresAt = fields.End("/expiresAt", body.ExpiresAt, time.GetUtcNow());
        if (fields.Failure is { } faults) return faults;

        var id = ResourceId.FromRandom<KeyId>(RandomNumberGenerator.GetBytes(ResourceId.SizeBytes));
        var key = NewText(grant.Team, id);
        var add = new AddKey(grant.Team, id, name, scopes, TokenHash.Of(key), grant.By) { ExpiresAt = expiresAt };
        var added = Failure.Unless<Done>(await engine.AskAsync(add, CancellationToken.None));
        var created = new KeyCreated(id, name, WireNames.Of(scopes), expiresAt?.ToUniversalTime(), key);
        return added.Failure ?? Answer.Json(StatusCodes.Status201Created, created, PeopleJson.Default.KeyCreated, $"/api/keys/{id}");
    }

    /// <summary>
    /// Gives a key another text: 200 with it, shown this once. The earlier one ends after <c>overlapSeconds</c> (default 0).
    /// </summary>
    public async Task<Answer> RotateAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.RotateKey);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        if (!ResourceId.TryParse<KeyId>(http.Request.RouteValues["id"] as string, out var id)) return Failure.NotFound;
        var read = await JsonBody.ReadAsync(http, PeopleJson.Default.TokenBody);
        if (read.Value is not { } body) return read.Failure!;
        var fields = new Fields();
        var overlap = fields.Overlap("/overlapSeconds", body.OverlapSeconds);
        if (fields.Failure is { } faults) return faults;
        var key = NewText(grant.Team, id);
        var rotate = new RotateKey(grant.Team, id, TokenHash.Of(key), overlap, grant.By);
        var rotated = Failure.Unless<Done>(await engine.AskAsync(rotate, CancellationToken.None));
        return rotated.Failure ?? Answer.Json(StatusCodes.Status200OK, new KeyText(key), PeopleJson.Default.KeyText);
    }

    /// <summary>Revokes a key at once: 204.</summary>
    public async Task<Answer> DeleteAsync(HttpContext http)
    {
        var admitted = await access.AdmitAsync(http, Operation.RevokeKey);
        if (admitted.Value is not { } grant) return admitted.Failure!;
        if (!ResourceId.TryParse<KeyId>(http.Request.RouteValues["id"] as string, out var id)) return Failure.NotFound;
        var revoked = Failure.Unless<Done>(await engine.AskAsync(new RevokeKey(grant.Team, id, grant.By), CancellationToken.None));
        return revoked.Failure ?? Answer.NoContent;
    }

    private string NewText(TeamId team, KeyId id)
    {
        var secret = RandomNumberGenerator.GetBytes(TokenForm.SecretBytes);
        var key = TokenForm.Write(TokenKind.ApiKey, team, id, secret, keys.TokenKey);
        CryptographicOperations.ZeroMemory(secret);
        return key;
    }

    private static KeyScopes Scopes(IReadOnlyList<string?>? names, Fields fields)
    {
        var scopes = KeyScopes.None;
        if (names is not { Count: > 0 }) fields.Fault("/scopes", "At least one of read, write, servers:enroll is expected.");
        for (var i = 0; i < names?.Count; i++)
        {
            var scope = WireNames.Scope(names[i] ?? string.Empty);
            if (scope == KeyScopes.None) fields.Fault($"/scopes/{i}", "One of read, write, servers:enroll is expected.");
            scopes |= scope;
        }
        return scopes;
    }
}
