namespace HostAtlas.Agent.Redaction.Shell;

/// <summary>How much of a flag's value is secret.</summary>
internal enum SecretPart
{
    /// <summary>All of it.</summary>
    All,

    /// <summary>What stands behind the first sign of a kind: <c>user:x</c>, <c>user%x</c>, <c>user,x</c>.</summary>
    AfterSign,

    /// <summary>Between the first slash and the last @: <c>scott/x@db</c>.</summary>
    AfterSlash,

    /// <summary>Between the first colon and the last @: <c>user:x@host:3128</c>.</summary>
    BeforeHost,

    /// <summary>What stands behind <c>pass:</c> (OpenSSL).</summary>
    AfterPass,

    /// <summary>The values of cookies; a file's name is none.</summary>
    Cookies,

    /// <summary>What stands behind <c>NAME=</c>, unless the name is one of the few that stay; anything else is none.</summary>
    Assignment,

    /// <summary>Nothing: the flag only takes a value, which must not be counted as an operand.</summary>
    Nothing,
}

/// <summary>A flag of a program.</summary>
/// <param name="Name">With its hyphens; for an operand a word or empty.</param>
/// <param name="Part">What of its value is secret.</param>
/// <param name="Sign">For <see cref="SecretPart.AfterSign"/>.</param>
/// <param name="Attached">Only a value that is attached counts.</param>
/// <param name="Separate">Only a value that is the next word counts: <c>openssl -keyout</c> is no <c>-k</c>.</param>
/// <param name="Operand">Which operand it is, from 1; 0: it is a flag.</param>
internal readonly record struct ProgramFlag(string Name, SecretPart Part, char Sign, bool Attached, bool Separate, int Operand)
{
    /// <summary>Stands for every operand.</summary>
    public const int AnyOperand = int.MaxValue;

    /// <summary>One letter behind one hyphen: a value may be attached.</summary>
    public bool IsShort => Name.Length == 2 && Name[0] == '-' && !Separate;

    /// <summary>A word without a hyphen whose next word is the value.</summary>
    public bool IsBareWord => Operand == 0 && Name[0] != '-';

    /// <summary>Reads the notation of <see cref="ProgramTable"/>.</summary>
    public static ProgramFlag Parse(string text)
    {
        if (text[0] == '!') return new ProgramFlag(text[1..], SecretPart.Nothing, '\0', false, false, 0);
        var attached = text[^1] == '+';
        var separate = text[^1] == '.';
        if (attached || separate) text = text[..^1];
        var (part, sign) = text[^1] switch
        {
            ':' or '%' or ',' or '=' => (SecretPart.AfterSign, text[^1]),
            '/' => (SecretPart.AfterSlash, '/'),
            '@' => (SecretPart.BeforeHost, '@'),
            '^' => (SecretPart.AfterPass, '\0'),
            '~' => (SecretPart.Cookies, '\0'),
            '$' => (SecretPart.Assignment, '='),
            _ => (SecretPart.All, '\0'),
        };
        var name = part == SecretPart.All ? text : text[..^1];
        if (name == "@*") return new ProgramFlag("", part, sign, attached, separate, AnyOperand);
        if (name[0] == '@') return new ProgramFlag("", part, sign, attached, separate, name[1] - '0');
        return new ProgramFlag(name.TrimStart('='), part, sign, attached, separate, 0);
    }
}

/// <summary>What is secret in a program's arguments.</summary>
/// <param name="Names">The program's names.</param>
/// <param name="Verbs">Words that must come first among the operands; empty: none.</param>
/// <param name="Flags">Its flags.</param>
/// <param name="Switches">Letters that may be joined before a flag's letter (<c>-sSu</c>).</param>
/// <param name="IsWrapper">What follows its first operand is another program.</param>
internal sealed record ProgramRow(string[] Names, string[] Verbs, ProgramFlag[] Flags, string Switches, bool IsWrapper);
