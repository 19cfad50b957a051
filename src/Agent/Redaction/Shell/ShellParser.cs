using HostAtlas.Agent.Redaction.Values;

namespace HostAtlas.Agent.Redaction.Shell;

/// <summary>
/// Reads a command line as a POSIX shell would, as far as it matters here: quotes, escapes, pipes, lists, groups, redirections,
/// here-strings and what is nested. It refuses nothing: what is open at the end ends there. Each character is read once.
/// </summary>
internal sealed class ShellParser(string text, IReadOnlyList<int>? map, int end)
{
    /// <summary>Deeper than anybody writes; a line that goes further is not handled, and so replaced whole.</summary>
    public const int MostDepth = 24;

    /// <summary>Arguments of one command. Rules hold arguments against each other, which must stay quick.</summary>
    public const int MostWords = 2_000;

    private readonly List<ShellPipeline> _all = [];
    private int _at;

    /// <summary>Reads a part of a line.</summary>
    public static IReadOnlyList<ShellPipeline> Parse(string text, int start, int end)
    {
        var parser = new ShellParser(text, null, end) { _at = start };
        parser.List('\0', 0);
        return parser._all;
    }

    /// <summary>Reads a word's text as a script of its own.</summary>
    public static IReadOnlyList<ShellPipeline> Parse(ShellWord word, int start = 0)
    {
        var places = new int[word.Text.Length];
        for (var i = 0; i < places.Length; i++) places[i] = word.Place(i);
        var parser = new ShellParser(word.Text, places, word.Text.Length) { _at = start };
        parser.List('\0', 0);
        return parser._all;
    }

    private int Place(int at) => map is null ? at : map[at];

    // A list of pipelines up to the sign that closes it; gives the pipelines of this level.
    private List<ShellPipeline> List(char closing, int depth)
    {
        if (depth > MostDepth) throw new LineUnhandledException("nested too deeply");
        var level = new List<ShellPipeline>();
        var pipeline = new ShellPipeline();
        var command = new ShellCommand();
        var braces = 0;
        while (_at < end)
        {
            var c = text[_at];
            if (c == closing)
            {
                _at++;
                break;
            }
            if (Blank.Is(c) && c != '\n' || c == '#' || c == ')')
            {
                // What stands behind # is a comment to the shell; a secret in it is one all the same.
                _at++;
                if (c == ')') EndPipeline();
            }
            else if (c is ';' or '\n' || (c == '&' && Peek(1) != '>') || (c == '|' && Peek(1) == '|'))
            {
                _at += c is '&' or '|' or ';' && Peek(1) == c ? 2 : 1;
                EndPipeline();
            }
            else if (c == '|')
            {
                _at += Peek(1) == '&' ? 2 : 1;
                EndCommand();
            }
            else if (c == '(')
            {
                _at++;
                // What a group prints goes where the group's output goes.
                foreach (var inner in List(')', depth + 1)) pipeline.Commands.AddRange(inner.Commands);
            }
            else if (!TryRedirection(command, depth))
            {
                if (command.Words.Count == MostWords) throw new LineUnhandledException("more arguments than anybody writes");
                command.Words.Add(Word(depth, closing));
            }
        }
        EndCommand();
        braces = 0;
        EndPipeline();
        return level;

        void EndCommand()
        {
            braces += command.Words.Count > 0 && command.Words[0].Text == "{" ? 1 : 0;
            if (braces > 0 && command.Words.Count > 0 && command.Words[0].Text == "}") braces--;
            if (command.Words.Count + command.Fed.Count > 0) pipeline.Commands.Add(command);
            command = new ShellCommand();
        }

        void EndPipeline()
        {
            EndCommand();
            if (braces > 0) return;
            if (pipeline.Commands.Count > 0)
            {
                level.Add(pipeline);
                _all.Add(pipeline);
            }
            pipeline = new ShellPipeline();
        }
    }

    private char Peek(int ahead) => _at + ahead < end ? text[_at + ahead] : '\0';

    private bool TryRedirection(ShellCommand command, int depth)
    {
        var digits = 0;
        while (char.IsAsciiDigit(Peek(digits)) && digits < 3) digits++;
        var sign = Peek(digits);
        if (sign == '&' && Peek(digits + 1) == '>') digits++;
        else if (sign is not ('<' or '>') || Peek(digits + 1) == '(') return false;
        _at += digits;
        var fed = text[_at] == '<' && Peek(1) == '<' && Peek(2) == '<';
        var input = text[_at] == '<' && Peek(1) != '<';
        while (_at < end && text[_at] is '<' or '>' or '&' or '|' or '-') _at++;
        while (_at < end && Blank.Is(text[_at]) && text[_at] != '\n') _at++;
        if (_at >= end || text[_at] is ';' or '|' or '&' or ')' or '\n') return true;
        var target = Word(depth, '\0');
        if (fed || (input && target.Expansions.Count > 0)) command.Fed.Add(target);
        return true;
    }

    private ShellWord Word(int depth, char closing)
    {
        var word = new ShellWord();
        var start = _at;
        word.BeginsQuoted = _at < end && text[_at] is '"' or '\'';
        while (_at < end)
        {
            var c = text[_at];
            if (Blank.Is(c) || c is ';' or '|' or '&' || c == closing && closing != '\0') break;
            if (c is '(' or ')' && _at > start) break;
            if (c is '<' or '>' && Peek(1) != '(') break;
            if (c is '<' or '>')
            {
                Nested(word, 2, ')', depth);
                continue;
            }
            Part(word, depth);
        }
        word.EndInLine = _at == start ? Place(Math.Min(_at++, end - 1)) + 1 : Place(Math.Min(_at, end) - 1) + 1;
        return word;
    }

    private void Part(ShellWord word, int depth)
    {
        switch (text[_at])
        {
            case '\\':
                word.IsQuoted = true;
                if (_at + 1 < end) _at++;
                Take(word);
                break;
            case '\'':
                word.IsQuoted = true;
                for (_at++; _at < end && text[_at] != '\'';) Take(word);
                _at++;
                break;
            case '"':
                word.IsQuoted = true;
                DoubleQuoted(word, depth);
                break;
            case '$' when Peek(1) is '\'' or '"':
                _at++;
                break;
            case '$':
                Dollar(word, depth);
                break;
            case '`':
                Nested(word, 1, '`', depth);
                break;
            default:
                Take(word);
                break;
        }
    }

    private void DoubleQuoted(ShellWord word, int depth)
    {
        for (_at++; _at < end && text[_at] != '"';)
        {
            if (text[_at] == '\\' && Peek(1) is '"' or '\\' or '$' or '`') _at++;
            else if (text[_at] == '$')
            {
                Dollar(word, depth);
                continue;
            }
            else if (text[_at] == '`')
            {
                Nested(word, 1, '`', depth);
                continue;
            }
            Take(word);
        }
        _at++;
    }

    private void Dollar(ShellWord word, int depth)
    {
        var start = word.Length;
        var next = Peek(1);
        if (next == '(')
        {
            Nested(word, 2, ')', depth);
            return;
        }
        if (next == '{')
        {
            while (_at < end && text[_at] != '}') Take(word);
            if (_at < end) Take(word);
        }
        else if (char.IsAsciiLetter(next) || next == '_')
        {
            Take(word);
            while (_at < end && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_')) Take(word);
        }
        else if (char.IsAsciiDigit(next) || next is '@' or '*' or '#' or '?' or '!' && !char.IsAsciiLetterOrDigit(Peek(2)))
        {
            Take(word);
            Take(word);
        }
        else
        {
            Take(word);
            return;
        }
        word.Expansions.Add(new Expansion(start, word.Length, null));
    }

    private void Nested(ShellWord word, int opening, char closing, int depth)
    {
        var (start, from) = (word.Length, _at);
        _at += opening;
        var commands = List(closing, depth + 1);
        for (var i = from; i < Math.Min(_at, end); i++) word.Add(text[i], Place(i));
        word.Expansions.Add(new Expansion(start, word.Length, commands));
    }

    private void Take(ShellWord word)
    {
        word.Add(text[_at], Place(_at));
        _at++;
    }
}
