using System.Net.Sockets;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>What a fault of PostgreSQL means. Its texts carry no values: error details are switched off, and what is stored is
/// sealed.</summary>
internal static class PostgresFaults
{
    /// <summary>
    /// What an item's own bytes can provoke: a value out of range, a broken constraint, a row too large. Every other fault is the store's
    /// trouble and passes.
    /// </summary>
    public static bool IsTheItems(PostgresException fault) =>
        !IsNoPartition(fault) && fault.SqlState[..2] is "22" or "23" or "54";

    /// <summary>A row whose day has no partition: a check violation that names no constraint.</summary>
    public static bool IsNoPartition(PostgresException fault) =>
        fault.SqlState == PostgresErrorCodes.CheckViolation && fault.ConstraintName is null;

    /// <summary>Whether the store is away, overloaded or wrongly set up: everything that is not an item's fault.</summary>
    public static bool IsTheStores(Exception fault) => fault switch
    {
        PostgresException answered => !IsTheItems(answered),
        NpgsqlException or SocketException or IOException or TimeoutException or OperationCanceledException => true,
        _ => false,
    };

    /// <summary>The server closed the connection, maybe long ago: another one may do.</summary>
    public static bool IsClosedConnection(NpgsqlException fault) => fault switch
    {
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown } => true,
        PostgresException => false,
        _ => fault.InnerException is IOException or SocketException,
    };

    /// <summary>For the log.</summary>
    public static string Reason(Exception fault) => fault switch
    {
        PostgresException answered => $"PostgreSQL says {answered.SqlState}: {answered.MessageText}",
        OperationCanceledException => "PostgreSQL did not answer in time.",
        _ => $"PostgreSQL: {(fault.InnerException ?? fault).Message}",
    };
}
