namespace HostAtlas.Engine.Storage;

/// <summary>
/// What makes the database itself refuse to delete, move or date anew an entry of the audit logs. Whoever can write its schema can take it
/// away; the chain tells what was changed then, and a start puts it back.
/// </summary>
internal interface IAuditGuards
{
    /// <summary>Puts back what is missing, turned off or altered, and returns its names.</summary>
    Task<IReadOnlyList<string>> MendAsync(CancellationToken cancellation);
}
