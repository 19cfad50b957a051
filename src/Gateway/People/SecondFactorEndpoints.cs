using System.Security.Cryptography;
using HostAtlas.Engine;
using HostAtlas.Engine.Users;
using HostAtlas.Gateway.People.Passwords;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Gateway.People.Sessions;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.People;

/// <summary>
/// <c>/api/second-factor</c>: one-time codes (RFC 6238) beside the password. Set up in two steps, so that nobody is locked out by a secret
/// that no app holds. Every change ends all other sessions of the person.
/// </summary>
internal sealed class SecondFactorEndpoints(EngineClient engine, PasswordCheck check, SignedInAnew anew, Access access)
{
    /// <summary>Whether there is one, and how many recovery codes are left.</summary>
    public async Task<Answer> GetAsync(HttpContext http)
    {
        var signedIn = await access.PersonAsync(http);
        if (signedIn.Value is not { } person) return signedIn.Failure!;
        var shown = Failure.Unless<SecondFactorShown>(await engine.AskAsync(new ShowSecondFactor(person.Address), http.RequestAborted));
        return shown.Value is { } factor
            ? Answer.Json(
                StatusCodes.Status200OK, new SecondFactorView(factor.IsOn, factor.RecoveryCodesLeft), PeopleJson.Default.SecondFactorView)
            : shown.Failure!;
    }

    /// <summary>Begins: 200 with the secret for an app, which is shown this once and counts for nothing until it is confirmed.</summary>
    public async Task<Answer> PostAsync(HttpContext http)
    {
        var asked = await AskedAsync(http, needsPassword: true);
        if (asked.Value is not { Person: var person }) return asked.Failure!;
        var secret = RandomNumberGenerator.GetBytes(OneTimeCodes.SecretBytes);
        var begin = new BeginSecondFactor(person.Address, secret, person.By(http));
        var begun = Failure.Unless<Done>(await engine.AskAsync(begin, CancellationToken.None));
        var shown = SecondFactorSecret.Of(secret, person.Session.Email);
        return begun.Failure ?? Answer.Json(StatusCodes.Status200OK, shown, PeopleJson.Default.SecondFactorSecret);
    }

    /// <summary>Turns it on with a code of that secret: 200 with the recovery codes, shown this once, and a new session.</summary>
    public async Task<Answer> ConfirmAsync(HttpContext http)
    {
        var asked = await AskedAsync(http, needsPassword: false);
        if (asked.Value is not { Person: var person, Body.Code: var code }) return asked.Failure!;
        if (string.IsNullOrWhiteSpace(code)) return Failure.Invalid(new ContentError("/code", "The app's code is expected."));
        var (texts, hashes) = NewRecoveryCodes();
        return await ChangeAsync(http, person, new ConfirmSecondFactor(person.Address, code, hashes, person.By(http)), texts);
    }

    /// <summary>Turns it off: 204 with a new session.</summary>
    public async Task<Answer> DeleteAsync(HttpContext http)
    {
        var asked = await AskedAsync(http, needsPassword: true);
        return asked.Value is { Person: var person, Body.Code: var code }
            ? await ChangeAsync(http, person, new EndSecondFactor(person.Address, code, person.By(http)), null)
            : asked.Failure!;
    }

    /// <summary>Makes other recovery codes: 200 with them, shown this once, and a new session.</summary>
    public async Task<Answer> PostRecoveryCodesAsync(HttpContext http)
    {
        var asked = await AskedAsync(http, needsPassword: true);
        if (asked.Value is not { Person: var person, Body.Code: var code }) return asked.Failure!;
        var (texts, hashes) = NewRecoveryCodes();
        return await ChangeAsync(http, person, new RenewRecoveryCodes(person.Address, code, hashes, person.By(http)), texts);
    }

    private async Task<Step<Asked>> AskedAsync(HttpContext http, bool needsPassword)
    {
        var signedIn = await access.PersonAsync(http);
        if (signedIn.Value is not { } person) return signedIn.Failure!;
        var read = await JsonBody.ReadAsync(http, PeopleJson.Default.SecondFactorBody);
        if (read.Value is not { } body) return read.Failure!;
        if (!needsPassword) return new Asked(person, body);
        var fields = new Fields();
        var password = fields.Password("/password", body.Password);
        if (fields.Failure is { } faults) return faults;
        var verified = await check.VerifyAsync(person.Address, password, http, isTrusted: true);
        return verified.Value is null ? verified.Failure! : new Asked(person, body);
    }

    private async Task<Answer> ChangeAsync(HttpContext http, SignedInPerson person, IUserCommand change, IReadOnlyList<string>? codes)
    {
        var changed = Failure.Unless<CredentialsChanged>(await engine.AskAsync(change, CancellationToken.None));
        if (changed.Value is not { } now) return changed.Failure!;
        await anew.BeginAsync(http, person.With(now.Epoch, SessionOrigin.Of(http)));
        return codes is null
            ? Answer.NoContent
            : Answer.Json(StatusCodes.Status200OK, new RecoveryCodesView(codes), PeopleJson.Default.RecoveryCodesView);
    }

    private static (IReadOnlyList<string> Texts, IReadOnlyList<Shared.Tokens.TokenHash> Hashes) NewRecoveryCodes()
    {
        var texts = Enumerable.Range(0, OneTimeCodes.RecoveryCodes)
            .Select(_ => OneTimeCodes.Write(RandomNumberGenerator.GetBytes(OneTimeCodes.RecoveryBytes))).ToList();
        return (texts, texts.ConvertAll(text => OneTimeCodes.HashOf(text)));
    }

    private sealed record Asked(SignedInPerson Person, SecondFactorBody Body);
}
