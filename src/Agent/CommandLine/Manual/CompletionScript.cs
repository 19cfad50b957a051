using System.Globalization;
using System.Text;

namespace HostAtlas.Agent.CommandLine.Manual;

/// <summary>What bash, zsh and fish need to complete the verbs. The scripts hold all they know: a Tab starts no program.</summary>
internal static class CompletionScript
{
    /// <summary>For <c>/usr/share/bash-completion/completions/hostatlas-agent</c>.</summary>
    public static string Bash(VerbShape program)
    {
        var text = new StringBuilder("# bash completion for hostatlas-agent; written by `hostatlas-agent completion bash`\n\n");
        text.Append(Choices(program)).Append(
            """

            _hostatlas_agent_complete() {
              local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words
              words=$(_hostatlas_agent_words "$prev" "${COMP_WORDS[@]:1:COMP_CWORD-1}")
              case $words in
                :files) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
                :folders) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
                *) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur") ;;
              esac
            }

            complete -F _hostatlas_agent_complete hostatlas-agent

            """);
        return text.ToString();
    }

    /// <summary>For <c>/usr/share/zsh/vendor-completions/_hostatlas-agent</c>.</summary>
    public static string Zsh(VerbShape program)
    {
        var text = new StringBuilder("#compdef hostatlas-agent\n# zsh completion; written by `hostatlas-agent completion zsh`\n\n");
        text.Append(Choices(program)).Append(
            """

            _hostatlas_agent_complete() {
              local found
              found=$(_hostatlas_agent_words "${words[CURRENT-1]}" "${(@)words[2,CURRENT-1]}")
              case $found in
                :files) _files ;;
                :folders) _files -/ ;;
                *) compadd -- ${=found} ;;
              esac
            }

            # Found in $fpath, this file is the function itself at its first call.
            if [ "$funcstack[1]" = _hostatlas-agent ]; then
              _hostatlas_agent_complete "$@"
            else
              compdef _hostatlas_agent_complete hostatlas-agent
            fi

            """);
        return text.ToString();
    }

    /// <summary>For <c>/usr/share/fish/vendor_completions.d/hostatlas-agent.fish</c>.</summary>
    public static string Fish(VerbShape program)
    {
        var text = new StringBuilder("# fish completion for hostatlas-agent; written by `hostatlas-agent completion fish`\n");
        text.AppendLine("complete -c hostatlas-agent -f");
        foreach (var verb in program.All)
        {
            var seen = string.Join("; and ", verb.Path.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(word => $"__fish_seen_subcommand_from {word}"));
            var names = string.Join(' ', verb.Verbs.Select(LastWord));
            var here = seen.Length == 0 ? "__fish_use_subcommand" : $"{seen}; and not __fish_seen_subcommand_from {names}";
            foreach (var below in verb.Verbs) Line($"-n '{here}' -a {LastWord(below)} -d {Quote(below.Description)}");
            var where = seen.Length == 0 ? "" : $"-n '{seen}' ";
            foreach (var option in verb.Options)
            {
                var value = option.Value.Length == 0 ? "" : option.Words.Count > 0 ? $" -x -a '{string.Join(' ', option.Words)}'"
                    : IsFile(option) || IsFolder(option) ? " -r -F" : " -x";
                Line($"{where}-l {option.Name.TrimStart('-')}{value} -d {Quote(option.Description)}");
            }
        }
        return text.ToString();

        void Line(string rest) => text.AppendLine(CultureInfo.InvariantCulture, $"complete -c hostatlas-agent {rest}");
    }

    // A function that bash and zsh both understand: the word before the cursor and all words before it, to what may follow.
    private static StringBuilder Choices(VerbShape program)
    {
        var text = new StringBuilder("_hostatlas_agent_words() {\n  local prev=$1 verb=\"\" word\n  shift\n  case $prev in\n");
        var options = program.All.SelectMany(verb => verb.Options).DistinctBy(option => option.Name).ToList();
        Case(text, options.Where(IsFile), ":files");
        Case(text, options.Where(IsFolder), ":folders");
        foreach (var option in options.Where(option => option.Words.Count > 0)) Case(text, [option], string.Join(' ', option.Words));
        Case(text, options.Where(option => option.Value.Length > 0 && option.Words.Count == 0 && !IsFile(option) && !IsFolder(option)), "");
        text.Append("  esac\n  for word in \"$@\"; do\n    case \"$verb $word\" in\n");
        foreach (var verb in program.All.Where(verb => verb.Path.Length > 0))
            text.AppendLine(CultureInfo.InvariantCulture, $"      \" {verb.Path}\") verb=\" {verb.Path}\" ;;");
        text.Append("    esac\n  done\n  case \"$verb\" in\n");
        var everywhere = program.Options.Select(option => option.Name).ToList();
        foreach (var verb in program.All)
        {
            var words = verb.Verbs.Select(LastWord).Concat(verb.Options.Select(option => option.Name)).Union(everywhere);
            var path = verb.Path.Length == 0 ? "" : " " + verb.Path;
            text.AppendLine(CultureInfo.InvariantCulture, $"    \"{path}\") echo \"{string.Join(' ', words)}\" ;;");
        }
        return text.Append("  esac\n}\n");
    }

    private static void Case(StringBuilder text, IEnumerable<OptionShape> options, string answer)
    {
        var names = string.Join('|', options.Select(option => option.Name));
        if (names.Length > 0) text.AppendLine(CultureInfo.InvariantCulture, $"    {names}) echo \"{answer}\"; return ;;");
    }

    private static bool IsFile(OptionShape option) => option.Value == "FILE";

    private static bool IsFolder(OptionShape option) => option.Value == "DIR";

    private static string LastWord(VerbShape verb) => verb.Path.Split(' ')[^1];

    private static string Quote(string text) => "'" + text.Replace("'", "\\'", StringComparison.Ordinal) + "'";
}
