using System.Net;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine;

/// <summary>
/// Who asked for a change. It travels with the command and stands in the events that the change led to, so that the audit log is a telling
/// of the journal: a change without an author cannot be journalled, and an entry cannot be lost between the change and the log.
/// </summary>
/// <param name="Id">The person's, key's or server's id; null for operators and the platform itself.</param>
/// <param name="Name">What a reader knows it by: e-mail address, key's name, the operator's account on the host; null where there is
/// none.</param>
/// <param name="Address">The network address the request came from, as text; null where nothing came over a network.</param>
/// <param name="Session">The person's session; worthless as a credential. Null for everybody else.</param>
public sealed record Author(AuthorKind Kind, Guid? Id, string? Name, string? Address, SessionId? Session)
{
    /// <summary>The platform by itself: a schedule, a clock, a rule.</summary>
    public static readonly Author Platform = new(AuthorKind.Platform, null, null, null, null);

    /// <summary>A person.</summary>
    public static Author OfPerson(UserId user, string email, IPAddress? from, SessionId? session) =>
        new(AuthorKind.Person, user.Value, email, TextOf(from), session);

    /// <summary>An API key.</summary>
    public static Author OfKey(KeyId key, string? name, IPAddress? from) => new(AuthorKind.Key, key.Value, name, TextOf(from), null);

    /// <summary>A server's agent.</summary>
    public static Author OfServer(ServerId server, string? from) =>
        new(AuthorKind.Server, server.Value, null, IPAddress.TryParse(from, out var address) ? TextOf(address) : null, null);

    /// <summary>An operator at the platform's own socket.</summary>
    public static Author OfOperator(string account) => new(AuthorKind.Operator, null, account, null, null);

    /// <summary>Without the name: a record's own text would print an address into a log.</summary>
    public override string ToString() => $"Author({Kind}, {Id})";

    /// <summary>An address as text: one spelling, also where a socket of both families gives IPv4 as IPv6. Null for none.</summary>
    public static string? TextOf(IPAddress? from) => (from is { IsIPv4MappedToIPv6: true } ? from.MapToIPv4() : from)?.ToString();
}

/// <summary>Kinds of authors.</summary>
public enum AuthorKind
{
    /// <summary>A person with a session.</summary>
    Person = 1,

    /// <summary>An API key.</summary>
    Key = 2,

    /// <summary>A server's agent.</summary>
    Server = 3,

    /// <summary>Who runs the platform, at its socket on the host.</summary>
    Operator = 4,

    /// <summary>The platform by itself.</summary>
    Platform = 5,
}
