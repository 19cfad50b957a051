namespace HostAtlas.Gateway.People.Passwords;

/// <summary>
/// Bounds how many sign-ins of strangers are under way at a time, the look-up included: each address that nobody has makes an entity read
/// its journal, and thousands of those at once would make everybody wait for theirs. Whoever finds the door full is told so at once.
/// </summary>
internal sealed class SignInDoor
{
    private static readonly int[] Most = [int.MaxValue, 256, 16];
    private readonly int[] _inside = new int[Most.Length];

    /// <summary>Goes in, unless too many of this trust are inside.</summary>
    public bool TryEnter(SignInTrust trust)
    {
        if (Interlocked.Increment(ref _inside[(int)trust]) <= Most[(int)trust]) return true;
        Leave(trust);
        return false;
    }

    /// <summary>Goes out.</summary>
    public void Leave(SignInTrust trust) => Interlocked.Decrement(ref _inside[(int)trust]);
}
