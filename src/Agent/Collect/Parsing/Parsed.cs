namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>What a parser makes of a text: a value, or the reason why the text is not what it should be. Parsers throw nothing.</summary>
internal readonly record struct Parsed<T>
{
    private readonly T _value;

    private Parsed(T value, string? fault) => (_value, Fault) = (value, fault);

    /// <summary>What is wrong with the text, in a few words and without quoting it; null when there is a value.</summary>
    public string? Fault { get; }

    /// <summary>The value; only with <see cref="Fault"/> null.</summary>
    public T Value => Fault is null ? _value : throw new InvalidOperationException("A text that did not parse has no value.");

    /// <summary>A text that parsed.</summary>
    public static implicit operator Parsed<T>(T value) => new(value, null);

    /// <summary>A text that did not.</summary>
    public static implicit operator Parsed<T>(ParseFault fault) => new(default!, fault.Reason);
}

/// <summary>Why a text did not parse; converts to a <see cref="Parsed{T}"/> of any kind.</summary>
internal readonly record struct ParseFault(string Reason);
