using HostAtlas.Shared.Tokens;

namespace HostAtlas.Engine.Operations;

/// <summary>Lets a set-up answer only once <c>DATA/invitation</c> no longer holds the token it spent: deleted on use means gone when told
/// so.</summary>
public sealed class InvitationWaiter(EngineOptions options, TimeProvider time)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3), Pause = TimeSpan.FromMilliseconds(25);

    private readonly InvitationFile _file = new(options.DataDirectory);

    /// <summary>Returns at once when the file holds another token or none. A timeout is no error: the token is spent in any case.</summary>
    public async Task WaitUntilGoneAsync(TokenHash spent)
    {
        var deadline = time.GetUtcNow() + Timeout;
        while (_file.Read() is { Length: TokenForm.TextLength } token && TokenHash.Of(token) == spent && time.GetUtcNow() < deadline)
            await Task.Delay(Pause, time).ConfigureAwait(false);
    }
}
