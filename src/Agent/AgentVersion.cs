namespace HostAtlas.Agent;

/// <summary>The version of this build, as central in Directory.Build.props.</summary>
public static class AgentVersion
{
    /// <summary>E.g. <c>0.1.0</c>.</summary>
    public static readonly string Text = typeof(AgentVersion).Assembly.GetName().Version!.ToString(3);
}
