using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Backup.Transfer;

/// <summary>
/// Whether a platform's answer has what is read of it. JSON that is well-formed can still lack a member or hold null in its place, and the
/// platform is not trusted to write what it should. A list that is missing is an empty one. Pure.
/// </summary>
internal static class BackupAnswers
{
    /// <summary>Whether nothing that is used is missing.</summary>
    public static bool IsWhole(object answer) => answer switch
    {
        BackupList { Items: { } items } => items.All(item => item?.Fingerprint is not null),
        BackupProceeds proceeds => proceeds.Accepted?.All(hit => hit is { Path: not null, Content: not null }) ?? true,
        UploadsAnswer uploads => AreWhole(uploads.Tickets),
        DownloadsAnswer downloads => AreWhole(downloads.Tickets),
        BackupCommitted committed => committed.Fingerprint is not null,
        _ => true,
    };

    private static bool AreWhole(IReadOnlyList<ObjectTicket>? tickets) => tickets?.All(ticket =>
        ticket is { Method: not null, Url: not null } && ticket.Headers.All(header => header.Value is not null)) ?? true;
}
