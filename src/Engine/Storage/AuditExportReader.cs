using System.Globalization;
using System.Runtime.CompilerServices;
using HostAtlas.Engine.Audit;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Storage;

/// <summary>
/// A team's log as the lines of an export, in pages: memory holds one of them, however long the log is. The head is read first and carried
/// to the last page: what is added meanwhile is not part of the export, and logs are only added to, so the entries up to the head stay.
/// </summary>
public sealed class AuditExportReader(IAuditLog log)
{
    /// <summary>The most entries of a page.</summary>
    public int PageEntries { get; init; } = 400;

    /// <summary>All pages, each of them lines.</summary>
    public async IAsyncEnumerable<IReadOnlyList<byte[]>> ReadAsync(TeamId team, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? after = null;
        do
        {
            var page = await PageAsync(team, after, cancellation).ConfigureAwait(false);
            yield return page.Lines;
            after = page.Next;
        }
        while (after is not null);
    }

    /// <summary>One page, for whoever fetches them one by one.</summary>
    /// <param name="team">Whose log.</param>
    /// <param name="after"><see cref="AuditExportPage.Next"/> of the page before, null for the first.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="FormatException"><paramref name="after"/> is none.</exception>
    public async Task<AuditExportPage> PageAsync(TeamId team, string? after, CancellationToken cancellation)
    {
        var place = after is null ? await BeginAsync(team, cancellation).ConfigureAwait(false) : Place.Read(after);
        var lines = new List<byte[]>();
        if (after is null) lines.Add(AuditExport.Header(team));
        var entries = await log.ReadAsync(team, place.Last, place.Through, PageEntries, cancellation).ConfigureAwait(false);
        foreach (var entry in entries)
            lines.Add(entry.Entry is { } opened ? AuditExport.Entry(opened) : AuditExport.Damaged($"entry {entry.Number}"));
        if (entries.Count == PageEntries) return new AuditExportPage(lines, (place with { Last = entries[^1].Number }).ToString());
        // A team of which nothing was ever told, or whose keys were destroyed, has no log: its export is a first line.
        if (place.HeadLine is { } head) lines.Add(head);
        else if (lines.Count > 1) lines.Add(AuditExport.Damaged("head"));
        return new AuditExportPage(lines, null);
    }

    private async Task<Place> BeginAsync(TeamId team, CancellationToken cancellation) =>
        await log.HeadAsync(team, cancellation).ConfigureAwait(false) switch
        {
            null => new Place(long.MaxValue, 0, null),
            { Vouched: { } vouched } => new Place(vouched.Head.Number, 0, AuditExport.Head(vouched)),
            // A head that was altered says nothing that counts: all entries there are stand before it.
            _ => new Place(long.MaxValue, 0, AuditExport.Damaged("head")),
        };

    /// <summary>How far an export has come.</summary>
    private sealed record Place(long Through, long Last, byte[]? HeadLine)
    {
        public static Place Read(string text) => text.Split(':') is [var through, var last, var head]
            ? new Place(Number(through), Number(last), head.Length == 0 ? null : Convert.FromBase64String(head))
            : throw new FormatException("It is no place of an export.");

        public override string ToString() =>
            FormattableString.Invariant($"{Through}:{Last}:{(HeadLine is null ? "" : Convert.ToBase64String(HeadLine))}");

        private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
    }
}

/// <summary>Some lines of an export, and where the next ones begin; null: these were the last.</summary>
public sealed record AuditExportPage(IReadOnlyList<byte[]> Lines, string? Next);
