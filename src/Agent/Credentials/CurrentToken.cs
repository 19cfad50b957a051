namespace HostAtlas.Agent.Credentials;

/// <summary>
/// The credential as it lies in STATE now: an operator who enrols anew replaces it under a running agent, and the next request takes it.
/// </summary>
public sealed class CurrentToken(StateFolder state)
{
    private AgentToken? _token;
    private DateTime _changedAt;

    /// <summary>The token. One that was deleted or spoilt under the running agent leaves the last good one: a credential is never
    /// dropped.</summary>
    public AgentToken Read()
    {
        var changedAt = state.TokenChangedAt();
        if (_token is not null && changedAt == _changedAt) return _token;
        try
        {
            _token = state.ReadToken() ?? _token;
        }
        catch (StateFaultException) when (_token is not null)
        {
            // The last good one stays; `status` reads the file itself and tells the fault.
        }
        _changedAt = changedAt;
        return _token ?? throw new StateFaultException("This agent is not enrolled. Run hostatlas-agent enroll.");
    }
}
