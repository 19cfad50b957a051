using System.Text;

namespace HostAtlas.Agent.Redaction.Shell;

/// <summary>A part of a word that the shell would replace: <c>$X</c>, <c>${X}</c>, <c>$(x)</c>, <c>`x`</c>, <c>&lt;(x)</c>.</summary>
/// <param name="Start">First character in the word's text.</param>
/// <param name="End">One behind its last.</param>
/// <param name="Commands">What stands within, for those that run commands.</param>
internal readonly record struct Expansion(int Start, int End, IReadOnlyList<ShellPipeline>? Commands);

/// <summary>
/// A word as the shell sees it: quotes and backslashes are gone, so that <c>--pass'word'=x</c> is what it is. Each of its characters knows
/// where in the line it came from.
/// </summary>
internal sealed class ShellWord
{
    private readonly StringBuilder _text = new();
    private readonly List<int> _map = [];
    private string? _whole;

    /// <summary>What the program gets, expansions as they are written.</summary>
    public string Text => _whole ??= _text.ToString();

    /// <summary>Expansions in the order of their places.</summary>
    public List<Expansion> Expansions { get; } = [];

    /// <summary>The next free place in <see cref="Text"/>.</summary>
    public int Length => _text.Length;

    /// <summary>Where the word ends in the line, quotes included.</summary>
    public int EndInLine { get; set; }

    /// <summary>Whether the word is held together by quotes or backslashes.</summary>
    public bool IsQuoted { get; set; }

    /// <summary>Whether it begins within quotes: <c>"a=b"</c> is an argument and no assignment.</summary>
    public bool BeginsQuoted { get; set; }

    /// <summary>Adds a character and where it came from.</summary>
    public void Add(char c, int place)
    {
        _text.Append(c);
        _map.Add(place);
        _whole = null;
    }

    /// <summary>Where a character of the text lies in the line.</summary>
    public int Place(int at) => _map[at];

    /// <summary>Whether quotes or backslashes stand within the word, and not only around it.</summary>
    public bool IsScattered
    {
        get
        {
            for (var i = 1; i < _map.Count; i++)
            {
                if (_map[i] != _map[i - 1] + 1) return true;
            }
            return false;
        }
    }

    /// <summary>Where a part of the text lies in the line.</summary>
    public (int Start, int End) Places(int start, int end) => (_map[start], _map[end - 1] + 1);

    /// <summary>Whether this part comes from expansions alone, none of which holds a literal (<c>${X:-literal}</c>).</summary>
    public bool IsReference(int start, int end)
    {
        foreach (var expansion in Expansions)
        {
            if (expansion.Start > start) return false;
            if (expansion.End <= start) continue;
            if (HasDefault(expansion) || HasLiteral(expansion)) return false;
            start = expansion.End;
            if (start >= end) return true;
        }
        return start >= end;
    }

    private bool HasDefault(Expansion expansion)
    {
        var text = Text.AsSpan(expansion.Start, expansion.End - expansion.Start);
        if (!text.StartsWith("${")) return false;
        var sign = text.IndexOfAny(":-=+");
        return sign > 0 && text[(sign + 1)..].Trim(":-=+}").Length > 0 && text[(sign + 1)..].TrimStart(":-=+")[0] != '$';
    }

    // $(echo literal)
    private static bool HasLiteral(Expansion expansion)
    {
        if (expansion.Commands is null) return false;
        foreach (var pipeline in expansion.Commands)
        {
            if (pipeline.Commands.Count > 0 && FedLiterals.IsPrinter(pipeline.Commands[0])
                && FedLiterals.HasLiteral(pipeline.Commands[0])) return true;
        }
        return false;
    }
}

/// <summary>A program with its arguments; redirections are left out.</summary>
internal sealed class ShellCommand
{
    /// <summary>The words in their order, assignments before the program included.</summary>
    public List<ShellWord> Words { get; } = [];

    /// <summary>What is fed by <c>&lt;&lt;&lt;</c>, and the words behind <c>&lt;</c> that run commands.</summary>
    public List<ShellWord> Fed { get; } = [];
}

/// <summary>Commands that feed each other.</summary>
internal sealed class ShellPipeline
{
    /// <summary>From the first to the last.</summary>
    public List<ShellCommand> Commands { get; } = [];
}
