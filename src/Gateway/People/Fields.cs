using System.Globalization;
using System.Text;
using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.People.Passwords;
using HostAtlas.Gateway.People.Rights;
using HostAtlas.Shared;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.People;

/// <summary>Checks a body's members and collects every fault, so that a form can show all of them at once.</summary>
internal sealed class Fields
{
    private const int EmailLength = 254;
    private static readonly TimeSpan FarthestEnd = TimeSpan.FromDays(3_653);
    private static readonly string[] TimeForms =
        ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    private readonly List<ContentError> _errors = [];

    /// <summary>The answer when there were faults, else null.</summary>
    public Failure? Failure => _errors.Count == 0 ? null : Failure.Invalid(_errors);

    /// <summary>Notes a fault.</summary>
    public void Fault(string pointer, string detail) => _errors.Add(new ContentError(pointer, detail));

    /// <summary>A name that people give: 1-100 characters after trimming, none of them a control character.</summary>
    public string Name(string pointer, string? text)
    {
        var name = text?.Trim() ?? string.Empty;
        if (name.Length is < 1 or > Limits.NameLength) Fault(pointer, $"A name of 1 to {Limits.NameLength} characters is expected.");
        else if (!IsPlain(name)) Fault(pointer, "A name holds no control characters.");
        return name;
    }

    /// <summary>
    /// Why somebody does something, for those who read it later: 1-500 characters after trimming, none of them a control character.
    /// </summary>
    public string Reason(string pointer, string? text)
    {
        var reason = text?.Trim() ?? string.Empty;
        if (reason.Length is < 1 or > Limits.ReasonLength)
            Fault(pointer, $"A reason of 1 to {Limits.ReasonLength} characters is expected.");
        else if (!IsPlain(reason)) Fault(pointer, "A reason holds no control characters.");
        return reason;
    }

    /// <summary>
    /// An e-mail address, trimmed: one @ with something on both sides, at most 254 bytes (RFC 5321, 4.5.3.1.3). Only a mail proves more.
    /// </summary>
    public string Email(string pointer, string? text)
    {
        var email = text?.Trim() ?? string.Empty;
        if (Encoding.UTF8.GetByteCount(email) > EmailLength || !IsPlain(email) || email.Contains(' ', StringComparison.Ordinal)
            || email.Split('@') is not [{ Length: > 0 }, { Length: > 0 }])
        {
            Fault(pointer, "An e-mail address is expected.");
        }
        return email;
    }

    /// <summary>
    /// A time at which something ends: ISO 8601 with a zone, in the future, within ten years. Null for none. Without a zone it would mean
    /// another moment to the platform than to its sender.
    /// </summary>
    public DateTimeOffset? End(string pointer, string? text, DateTimeOffset now)
    {
        if (text is null) return null;
        const DateTimeStyles Zone = DateTimeStyles.AssumeUniversal;
        if (!DateTimeOffset.TryParseExact(text, TimeForms, CultureInfo.InvariantCulture, Zone, out var end))
            Fault(pointer, "A time in ISO 8601 with its zone is expected, such as 2030-01-31T12:00:00Z.");
        else if (end <= now || end > now + FarthestEnd) Fault(pointer, "A time in the future is expected, at most ten years ahead.");
        return end;
    }

    /// <summary>Seconds that an earlier token or key stays valid beside its successor; 0 when nothing is said.</summary>
    public int Overlap(string pointer, int? seconds)
    {
        if (seconds is < 0 or > Limits.TokenOverlapMaxSeconds)
            Fault(pointer, $"A number from 0 to {Limits.TokenOverlapMaxSeconds} is expected.");
        return seconds ?? 0;
    }

    /// <summary>A role's name.</summary>
    public TeamRole Role(string pointer, string? name)
    {
        if (WireNames.Role(name ?? string.Empty) is { } role) return role;
        Fault(pointer, "One of owner, admin, member, viewer is expected.");
        return default;
    }

    /// <summary>A password that is to be set.</summary>
    public byte[] NewPassword(string pointer, string? text, string email)
    {
        if ((text is null ? "A password is expected." : PasswordRule.Fault(text, email)) is { } fault) Fault(pointer, fault);
        return Password(pointer, text);
    }

    /// <summary>
    /// A password that is to be compared: no rule but the bound on what anybody can have set, and so on what we hash. Its bytes are those
    /// that were typed: without ICU, which this
    /// process does without (InvariantGlobalization), .NET cannot bring two spellings of an accented letter together.
    /// </summary>
    public byte[] Password(string pointer, string? text)
    {
        if (!string.IsNullOrEmpty(text) && text.EnumerateRunes().Count() <= PasswordRule.MostCharacters)
            return Encoding.UTF8.GetBytes(text);
        if (_errors.TrueForAll(error => error.Pointer != pointer))
            Fault(pointer, $"A password of at most {PasswordRule.MostCharacters} characters is expected.");
        return [];
    }

    private static bool IsPlain(string text) => !text.EnumerateRunes().Any(rune => Rune.IsControl(rune) || rune == Rune.ReplacementChar);
}
