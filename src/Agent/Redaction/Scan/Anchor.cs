namespace HostAtlas.Agent.Redaction.Scan;

/// <summary>What a mark in a line calls for before the line is looked at by all rules.</summary>
[Flags]
internal enum Anchor : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The mark is rare: look.</summary>
    Rare = 1,

    /// <summary>It may belong to a name that speaks of a secret.</summary>
    Name = 2,

    /// <summary>It may be an address with somebody before its host.</summary>
    Address = 4,

    /// <summary>It may be a program that takes secrets.</summary>
    Program = 8,

    /// <summary>It may be one of a few phrases.</summary>
    Phrase = 16,

    /// <summary>It may be a line that is a command.</summary>
    Command = 32,

    /// <summary>It may be a line of two words in quotes.</summary>
    List = 64,

    /// <summary>It may be a text that is fed to a program.</summary>
    Fed = 128,
}
