namespace HostAtlas.Engine.Storage.Sqlite;

/// <summary>The two triggers of <c>audit_entries</c> in <c>data.db</c>.</summary>
internal sealed class SqliteAuditGuards(DataFile file) : IAuditGuards
{
    // As the migration made them; a test compares.
    private static readonly (string Name, string Sql)[] Guards =
    [
        ("audit_entries_stay", """
            create trigger audit_entries_stay before delete on audit_entries
            begin select raise(abort, 'The audit log is only ever added to.'); end
            """),
        ("audit_entries_keep_their_place", """
            create trigger audit_entries_keep_their_place before update of team, number, at_ms on audit_entries
            begin select raise(abort, 'The audit log is only ever added to.'); end
            """),
    ];

    /// <inheritdoc />
    public Task<IReadOnlyList<string>> MendAsync(CancellationToken cancellation) => Task.Run<IReadOnlyList<string>>(() =>
    {
        using var connection = file.OpenWriter();
        var mended = new List<string>();
        foreach (var (name, sql) in Guards)
        {
            using var find = SqliteSealedValues.Command(
                connection, "select sql from sqlite_master where type = 'trigger' and name = $name", ("$name", name));
            // SQLite keeps the text as it was given, but for the first two words.
            if (find.ExecuteScalar() is string there && Plain(there) == Plain(sql)) continue;
            DataFile.Execute(connection, $"begin immediate; drop trigger if exists {name}; {sql}; commit");
            mended.Add(name);
        }
        return mended;
    }, cancellation);

    private static string Plain(string sql) =>
        string.Join(' ', sql.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToLowerInvariant();
}
