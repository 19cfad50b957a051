namespace HostAtlas.Shared;

/// <summary>The limits that both ends of the protocol keep. Units stand last in the names.</summary>
public static class Limits
{
    /// <summary>An agent's or a person's request body as it is sent, before any Content-Encoding is undone.</summary>
    public const int RequestBodyBytes = 1024 * 1024;

    /// <summary>An agent's request body once decoded: what a gzip bomb may unfold to before it is refused.</summary>
    public const int DecodedBodyBytes = 8 * 1024 * 1024;

    /// <summary>Reports in one batch.</summary>
    public const int ReportsPerBatch = 1_000;

    /// <summary>Log lines in one batch.</summary>
    public const int LinesPerBatch = 5_000;

    /// <summary>UTF-8 bytes of a log line's text.</summary>
    public const int LogTextBytes = 64 * 1024;

    /// <summary>Characters of a log line's source.</summary>
    public const int LogSourceLength = 1_024;

    /// <summary>Commands of one server that may be open at a time: queued, or handed out and without a result.</summary>
    public const int OpenCommands = 16;

    /// <summary>How long a command lives without a result.</summary>
    public const int CommandSeconds = 3_600;

    /// <summary>Longest wait of a poll for commands.</summary>
    public const int PollWaitMaxSeconds = 50;

    /// <summary>Characters of what an agent says about a command's result.</summary>
    public const int CommandDetailLength = 4_096;

    /// <summary>Seconds between two orders to back up; a second one within them is refused.</summary>
    public const int BackupRunPauseSeconds = 300;

    /// <summary>Distinct metric names of one server.</summary>
    public const int MetricNamesPerServer = 2_000;

    /// <summary>Characters of a metric's name without its labels.</summary>
    public const int MetricNameLength = 120;

    /// <summary>UTF-8 bytes of a metric's name with its labels.</summary>
    public const int LabelledNameBytes = 512;

    /// <summary>Labels of one metric.</summary>
    public const int LabelsPerMetric = 8;

    /// <summary>How far a report's time may lie ahead of the platform's clock.</summary>
    public const int ReportAheadSeconds = 600;

    /// <summary>Steps of one metrics query.</summary>
    public const int StepsPerQuery = 11_000;

    /// <summary>Default, smallest and largest window of X-Timestamp.</summary>
    public const int WindowDefaultSeconds = 60, WindowMinSeconds = 5, WindowMaxSeconds = 300;

    /// <summary>How long past X-Timestamp a server's entity keeps a signature, whatever the window: twice the largest window and a
    /// minute.</summary>
    public const int ReplayKeptSeconds = 660;

    /// <summary>Signatures that one server's entity keeps; beyond it 429.</summary>
    public const int ReplaySetSize = 3_000;

    /// <summary>Tokens of one server that are valid at a time.</summary>
    public const int TokensPerServer = 2;

    /// <summary>Longest overlap of a token rotation: a week.</summary>
    public const int TokenOverlapMaxSeconds = 7 * 24 * 3600;

    /// <summary>How long an invitation lives.</summary>
    public const int InvitationHours = 24;

    /// <summary>Servers of the free plan.</summary>
    public const int FreePlanServers = 3;

    /// <summary>Characters of a name that people give (team, server, key).</summary>
    public const int NameLength = 100;

    /// <summary>Characters of a reason that people give.</summary>
    public const int ReasonLength = 500;

    /// <summary>Entries of one page of a list: default and most.</summary>
    public const int PageDefault = 50, PageMax = 200;

    /// <summary>Objects that one request of a backup may name, new and reused ones together.</summary>
    public const int ObjectsPerRequest = 5_000;

    /// <summary>Upload tickets of one server that may be open at a time.</summary>
    public const int OpenTickets = 64;

    /// <summary>How long a ticket lives.</summary>
    public const int TicketSeconds = 900;

    /// <summary>Entries of an inventory's <c>cron</c>, <c>certificates</c>, and of each of its other lists.</summary>
    public const int InventoryCronItems = 10_000, InventoryCertificates = 5_000, InventoryItems = 1_000;

    /// <summary>UTF-8 bytes of one text of an inventory.</summary>
    public const int InventoryTextBytes = 64 * 1024;
}
