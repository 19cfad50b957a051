using System.CommandLine;

namespace HostAtlas.Agent.CommandLine.Manual;

/// <summary>A verb as manuals and shells need to know it. Read from the command line itself, so that neither can fall behind it.</summary>
/// <param name="Path">The words that lead to it, e.g. <c>key init</c>; empty for the program.</param>
/// <param name="Description">What it does.</param>
/// <param name="Arguments">Names of what it takes without a flag.</param>
/// <param name="Options">Its own flags.</param>
/// <param name="Verbs">What lies below it.</param>
internal sealed record VerbShape(
    string Path, string Description, IReadOnlyList<string> Arguments, IReadOnlyList<OptionShape> Options, IReadOnlyList<VerbShape> Verbs)
{
    /// <summary>It and all below it, in the order of the help.</summary>
    public IEnumerable<VerbShape> All => Verbs.SelectMany(verb => verb.All).Prepend(this);

    /// <summary>Reads a command and what lies below it.</summary>
    public static VerbShape Of(Command command, string path = "") => new(path, command.Description ?? "",
        [.. command.Arguments.Select(argument => argument.Name)],
        [.. command.Options.Where(option => !option.Hidden).Select(OptionShape.Of)],
        [.. command.Subcommands.Where(verb => !verb.Hidden).Select(verb => Of(verb, $"{path} {verb.Name}".TrimStart()))]);
}

/// <summary>A flag.</summary>
/// <param name="Name">With its dashes.</param>
/// <param name="Value">What follows it, e.g. FILE, or the words it may be, parted by |; empty for a switch.</param>
/// <param name="Description">What it does.</param>
internal sealed record OptionShape(string Name, string Value, string Description)
{
    /// <summary>The words that the value may be; none when it is free.</summary>
    public IReadOnlyList<string> Words => Value.Contains('|', StringComparison.Ordinal) ? Value.Split('|') : [];

    /// <summary>Reads an option.</summary>
    public static OptionShape Of(Option option) => new(option.Name,
        option.ValueType == typeof(bool) || option.Arity.MaximumNumberOfValues == 0 ? "" : option.HelpName ?? "VALUE",
        option.Description ?? "");
}
