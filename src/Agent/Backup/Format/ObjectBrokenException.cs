using HostAtlas.Shared.Backups;

namespace HostAtlas.Agent.Backup.Format;

/// <summary>Why an object cannot be used.</summary>
public enum ObjectFault
{
    /// <summary>It is not there.</summary>
    Missing,

    /// <summary>It does not begin with a header of this version.</summary>
    NoHeader,

    /// <summary>No object has this size: it was cut short or lengthened.</summary>
    WrongSize,

    /// <summary>Its header names another object: it was renamed, or two were swapped.</summary>
    OtherName,

    /// <summary>It was sealed under a key that is not in the ring.</summary>
    UnknownKey,

    /// <summary>Header, salt or commitment were altered, or it was sealed under another key that claims this key's id.</summary>
    Commitment,

    /// <summary>A chunk was altered, cut or moved.</summary>
    Chunk,

    /// <summary>It opens, but what it holds does not follow the format.</summary>
    Content,
}

/// <summary>An object of the repository is missing, damaged, or not the one it is said to be. The text says what and where.</summary>
public sealed class ObjectBrokenException(ObjectName name, ObjectFault fault, string why)
    : Exception($"The object {name} cannot be used: {why}")
{
    /// <summary>The object.</summary>
    public ObjectName Name => name;

    /// <summary>What is wrong with it.</summary>
    public ObjectFault Fault => fault;
}
