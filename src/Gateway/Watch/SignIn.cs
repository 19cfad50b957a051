namespace HostAtlas.Gateway.Watch;

/// <summary>Who signs in.</summary>
/// <param name="Code">Of a second factor; null without one.</param>
public sealed record SignIn(string Email, string Password, string? Code = null)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => nameof(SignIn);
}
