namespace HostAtlas.Gateway.Watch;

/// <summary>Who signs in.</summary>
public sealed record SignIn(string Email, string Password)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => nameof(SignIn);
}
