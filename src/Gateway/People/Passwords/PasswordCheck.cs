using HostAtlas.Engine;
using HostAtlas.Engine.Users;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.People.Passwords;

/// <summary>
/// Whether an address, a password and, where one is needed, a code belong together. An address nobody has takes the same way as a wrong
/// password: guard, look-up, hash, one answer. What the look-up takes longer for the one or the other is hidden by when the answer leaves
/// (<see cref="AnswerEvery"/>).
/// </summary>
internal sealed class PasswordCheck(
    EngineClient engine, PasswordHasher hasher, SignInLimiter limiter, SignInDoor door, TimeProvider time, ILogger<PasswordCheck> log)
{
    /// <summary>
    /// A refusal leaves at a whole multiple of this after the request came. An entity that exists is in memory from the second attempt on,
    /// one that does not is read each time: a difference of a millisecond or two, which many attempts would show.
    /// </summary>
    internal static readonly TimeSpan AnswerEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>Too many hash at this moment.</summary>
    public static Failure Busy => new(ProblemSlug.EngineBusy, "Too many people sign in at this moment. Try again in a few seconds.", 3);

    /// <summary>
    /// The person whose password it is, or 401, 429, 503. It signs nobody in: no code is asked for, nothing is journalled.
    /// </summary>
    /// <param name="isTrusted">The request carries a session of the same person.</param>
    public async Task<Step<UserKnown>> VerifyAsync(UserAddress address, byte[] password, HttpContext http, bool isTrusted = false)
    {
        var since = time.GetTimestamp();
        var network = SourceNetwork.Of(http.Connection.RemoteIpAddress);
        if (limiter.OfNetwork(network) is { } seconds) return TooMany(seconds);
        var presumed = isTrusted ? SignInTrust.Known : limiter.Presume(address, network);
        if (!door.TryEnter(presumed)) return Busy;
        Step<UserKnown> person;
        try
        {
            person = await VerifyAsync(address, password, network, isTrusted, http.RequestAborted);
        }
        finally
        {
            door.Leave(presumed);
        }
        if (person.Failure is not null) await WaitAsync(since, http.RequestAborted);
        return person;
    }

    /// <summary>
    /// Signs in: verifies the password, lets the person's entity judge the code and note the sign-in, and hashes the password anew when the
    /// parameters of today are others. Refused with a mark that asks for the code once the password is right.
    /// </summary>
    /// <param name="session">The session that is about to begin: the audit log names it, so people know which one a sign-in made.</param>
    public async Task<Step<SignInAccepted>> SignInAsync(
        UserAddress address, byte[] password, string? code, SessionId session, HttpContext http)
    {
        var verified = await VerifyAsync(address, password, http);
        if (verified.Value is not { } person) return verified.Failure!;
        var accepted = await AcceptAsync(address, person, code, session, http);
        if (accepted.Value is not null && PasswordHasher.IsOutdated(person.PasswordHash)) await RehashAsync(address, person, password);
        return accepted;
    }

    /// <summary>The second half of a sign-in, for whose password was verified, or set, just now.</summary>
    public async Task<Step<SignInAccepted>> AcceptAsync(
        UserAddress address, UserKnown person, string? code, SessionId session, HttpContext http)
    {
        var from = http.Connection.RemoteIpAddress;
        var by = Author.OfPerson(person.User, person.Email, from, session);
        var signIn = new SignIn(address, person.PasswordHash, code, SourceNetwork.Of(from).Name, by);
        return Failure.Unless<SignInAccepted>(await engine.AskAsync(signIn, CancellationToken.None));
    }

    private async Task<Step<UserKnown>> VerifyAsync(
        UserAddress address, byte[] password, SourceNetwork network, bool isTrusted, CancellationToken cancellation)
    {
        var reply = await engine.AskAsync(new FindUser(address) { Network = network.Name }, cancellation);
        var known = reply as UserKnown;
        if (known is null && reply is not Refused { Kind: RefusalKind.NotFound }) return Failure.Unless<UserKnown>(reply);
        var (attempt, seconds) = limiter.Take(address, network, isTrusted || known is { FromKnownNetwork: true });
        if (attempt is null) return TooMany(seconds);
        bool? right = null;
        try
        {
            right = await hasher.VerifyAsync(password, known?.PasswordHash, attempt.Trust, cancellation);
            if (right is null) return Busy;
            return right.Value ? known! : Failure.CredentialsRejected;
        }
        finally
        {
            // Right, or never looked at because too many wait or the sender hung up.
            if (right is not false) limiter.Forgive(attempt, wasRight: right is true);
        }
    }

    private async Task RehashAsync(UserAddress address, UserKnown person, byte[] password)
    {
        // The person is signed in whatever becomes of this; the next sign-in tries it again.
        if (await hasher.HashAsync(password, CancellationToken.None) is not { } hash) return;
        var reply = await engine.AskAsync(new RehashPassword(address, person.PasswordHash, hash), CancellationToken.None);
        if (reply is Refused refused) log.LogWarning("A password was not hashed anew: {Reason}", refused.Detail);
    }

    private Task WaitAsync(long since, CancellationToken cancellation)
    {
        var over = time.GetElapsedTime(since).Ticks % AnswerEvery.Ticks;
        return Task.Delay(AnswerEvery - TimeSpan.FromTicks(over), time, cancellation);
    }

    private static Failure TooMany(int seconds) =>
        new(ProblemSlug.RateLimited, $"Too many attempts with a wrong password. Try again in {seconds} seconds.", seconds);
}
