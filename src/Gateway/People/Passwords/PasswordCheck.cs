using System.Net;
using HostAtlas.Engine;
using HostAtlas.Engine.Users;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.People.Passwords;

/// <summary>
/// Whether an address and a password belong together. An address nobody has takes the same way and the same time as a wrong password:
/// guard, look-up, hash, one answer.
/// </summary>
internal sealed class PasswordCheck(EngineClient engine, PasswordHasher hasher, SignInLimiter limiter)
{
    /// <summary>The person, or 401, 429, 503.</summary>
    public async Task<Step<UserKnown>> VerifyAsync(UserAddress address, byte[] password, IPAddress? from, CancellationToken cancellation)
    {
        if (limiter.Take(address, from) is { } seconds)
        {
            return new Failure(ProblemSlug.RateLimited, "Too many attempts with a wrong password. Wait, then try again.", seconds);
        }
        var reply = await engine.AskAsync(new FindUser(address), cancellation);
        var known = reply as UserKnown;
        if (known is null && reply is not Refused { Kind: RefusalKind.NotFound })
        {
            limiter.Forgive(address, from);
            return Failure.Unless<UserKnown>(reply);
        }
        if (await hasher.VerifyAsync(password, known?.PasswordHash, cancellation) is not { } right)
        {
            limiter.Forgive(address, from);
            return Busy;
        }
        if (!right || known is null) return Failure.CredentialsRejected;
        limiter.Forgive(address, from);
        return known;
    }

    /// <summary>Too many hash at this moment.</summary>
    public static Failure Busy => new(ProblemSlug.EngineBusy, "Too many people sign in at this moment. Try again in a few seconds.", 3);
}
