using System.Net;
using Npgsql;

namespace HostAtlas.Engine.Storage.Postgres;

/// <summary>
/// What a connection string may say. It says where the server is and who signs in; everything else is the platform's own business, and a
/// setting that would silently weaken it is a fault. The texts never repeat a value: it may be the password.
/// </summary>
internal static class ConnectionRules
{
    /// <summary>The keys that are an operator's to choose, as Npgsql spells them.</summary>
    private static readonly HashSet<string> Allowed = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Port", "Database", "Username", "Password", "Passfile", "SSL Mode", "SSL Negotiation", "Root Certificate",
        "SSL Certificate", "SSL Key", "SSL Password", "Check Certificate Revocation",
        "Channel Binding", "Require Auth", "Kerberos Service Name",
        "Include Realm", "Application Name",
    };

    /// <summary>Reads a connection string; with faults the result means nothing.</summary>
    public static (NpgsqlConnectionStringBuilder Connection, IReadOnlyList<string> Faults) Read(string text)
    {
        NpgsqlConnectionStringBuilder connection;
        try
        {
            connection = new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or InvalidCastException)
        {
            return (new(), [Name + ": it is no connection string. Write e.g. Host=db.example.net;Database=hostatlas;Username=hostatlas;"
                + "Password=...;SSL Mode=VerifyFull;Root Certificate=/etc/hostatlas/db-ca.pem"]);
        }
        return (connection, [.. Faults(connection)]);
    }

    /// <summary>Whether everything stays on this machine: a socket in the file system, or the loopback.</summary>
    public static bool IsLocal(string host) =>
        host.StartsWith('/') || host.StartsWith('@') || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private const string Name = "store.connection";

    private static IEnumerable<string> Faults(NpgsqlConnectionStringBuilder connection)
    {
        foreach (string key in connection.Keys)
        {
            if (!Allowed.Contains(key)) yield return $"{Name}: '{key}' is set by the platform itself. Leave it out.";
        }
        if (string.IsNullOrWhiteSpace(connection.Host)) yield return $"{Name}: Host is missing.";
        else if (connection.Host.Contains(',', StringComparison.Ordinal))
            yield return $"{Name}: name one host, e.g. the address that follows the primary.";
        else if (!IsLocal(connection.Host) && connection.SslMode != SslMode.VerifyFull)
            yield return $"{Name}: a server on another machine needs SSL Mode=VerifyFull (and Root Certificate=FILE when its authority is "
                + "your own): anything less lets whoever sits in between read and write everything.";
        if (string.IsNullOrWhiteSpace(connection.Database)) yield return $"{Name}: Database is missing.";
        if (string.IsNullOrWhiteSpace(connection.Username)) yield return $"{Name}: Username is missing.";
    }
}
