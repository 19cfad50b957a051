namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>
/// A role of the database (<c>roles.sql</c>): one kind of work, with just the rights for it (<c>Schema/0001.sql</c>), limits of its own and
/// connections of its own.
/// </summary>
/// <param name="Name">In PostgreSQL.</param>
/// <param name="Schema">Where its names are looked up.</param>
/// <param name="Statement">The longest one statement may run.</param>
/// <param name="Lock">The longest it may wait for somebody else's lock.</param>
/// <param name="Idle">The longest a transaction may stand open with nothing to do.</param>
/// <param name="Connections">The most connections of one process.</param>
/// <param name="ReadOnly">Whether its transactions may write at all.</param>
internal sealed record PostgresRole(
    string Name, string Schema, TimeSpan Statement, TimeSpan Lock, TimeSpan Idle, int Connections, bool ReadOnly = false)
{
    /// <summary>Owns the schemas. Used by migrations alone, which may take their time.</summary>
    public static readonly PostgresRole Owner = new("hostatlas_owner", "hostatlas", Minutes(30), Minutes(5), Seconds(30), 1);

    /// <summary>
    /// The journal and its snapshots. What it holds open must end far within the projection's patience with a gap
    /// (max-tries x query-delay = 3 s, see <c>JournalSetup</c>), or events would be passed over until the reconciler finds them.
    /// </summary>
    public static readonly PostgresRole Journal = new("hostatlas_journal", "journal", Seconds(1), Ms(500), Seconds(1), 20);

    /// <summary>Sessions and wrapped keys: what belongs to people and to the platform.</summary>
    public static readonly PostgresRole Platform = new("hostatlas_platform", "hostatlas", Seconds(3), Seconds(1), Seconds(3), 8);

    /// <summary>Writes reports. One attempt has 2.5 s in all (<see cref="PostgresMetricsStore"/>).</summary>
    public static readonly PostgresRole Ingest = new("hostatlas_ingest", "hostatlas", Seconds(2), Seconds(1), Seconds(2), 4);

    /// <summary>The projection's tables, of all teams.</summary>
    public static readonly PostgresRole Projector = new("hostatlas_projector", "hostatlas", Seconds(10), Seconds(3), Seconds(10), 4);

    /// <summary>Roll-ups, of all teams.</summary>
    public static readonly PostgresRole Rollup = new("hostatlas_rollup", "hostatlas", Seconds(30), Seconds(3), Seconds(30), 3);

    /// <summary>
    /// Deletes what has expired. Dropping a day waits for whoever uses the table, and everybody else waits behind it: so it gives up soon,
    /// and comes again in ten minutes.
    /// </summary>
    public static readonly PostgresRole Retention = new("hostatlas_retention", "hostatlas", Seconds(60), Ms(300), Seconds(10), 2);

    /// <summary>
    /// Seals anew after a rotation of keys, all teams: it reads keys and sealed columns and changes nothing but the latter. A look for what
    /// is left may read a whole range without finding anything.
    /// </summary>
    public static readonly PostgresRole Reseal = new("hostatlas_reseal", "hostatlas", Minutes(2), Ms(500), Seconds(3), 2);

    /// <summary>
    /// Writes what the entities of the servers' backups decided, and finds which of them are due: of all teams. What one of them reads to
    /// decide by it reads as one team's reader.
    /// </summary>
    public static readonly PostgresRole Backups = new("hostatlas_backups", "hostatlas", Seconds(5), Seconds(2), Seconds(5), 8);

    /// <summary>
    /// Shares out what people are told and notes what came of it, of all teams. It sees ids, times and sealed sentences.
    /// </summary>
    public static readonly PostgresRole Notifier = new("hostatlas_notifier", "hostatlas", Seconds(5), Seconds(2), Seconds(5), 4);

    /// <summary>Reads one team's rows for people.</summary>
    public static readonly PostgresRole Reader =
        new("hostatlas_reader", "hostatlas", Seconds(10), Seconds(2), Seconds(10), 20, ReadOnly: true);

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<PostgresRole> All =
        [Owner, Journal, Platform, Ingest, Projector, Rollup, Retention, Reseal, Backups, Notifier, Reader];

    /// <summary>
    /// What the server is told when a connection opens. As start-up options and not as statements, because these are what a connection
    /// falls back to: RESET ROLE, DISCARD ALL and the pool's own cleaning lead to the role, never to the login. pg_temp comes last: no
    /// temporary table can stand in for a real one. synchronous_commit: a 202 promises that the rows survive a power cut, whatever the
    /// server's default says.
    /// </summary>
    public string StartOptions => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"-c role={Name} -c search_path={Schema},pg_temp -c statement_timeout={(long)Statement.TotalMilliseconds} "
        + $"-c lock_timeout={(long)Lock.TotalMilliseconds} -c idle_in_transaction_session_timeout={(long)Idle.TotalMilliseconds} "
        + $"-c synchronous_commit=on -c default_transaction_read_only={(ReadOnly ? "on" : "off")}");

    private static TimeSpan Minutes(int minutes) => TimeSpan.FromMinutes(minutes);

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
