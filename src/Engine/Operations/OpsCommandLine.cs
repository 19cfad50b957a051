using System.CommandLine;

namespace HostAtlas.Engine.Operations;

/// <summary><c>ops …</c>, the same for the gateway's and the engine's program, made of <see cref="OpsVerbs.Table"/>.</summary>
public static class OpsCommandLine
{
    /// <summary>The command with its verbs below. Wrong usage is among the parse errors; whoever invokes it exits with 2 then.</summary>
    public static Command Build()
    {
        var data = new Option<string>("--data")
        {
            Description = "The data folder of the running platform.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "./data",
            Recursive = true,
        };
        var json = new Option<bool>("--json") { Description = "Print JSON where there is something to print.", Recursive = true };
        var ops = new Command("ops", "Run an operator's verb on the platform that runs on a data folder.") { data, json };
        foreach (var verb in OpsVerbs.Table) Add(ops, verb, data, json);
        ops.Subcommands.Single(command => command.Name == "audit").Subcommands.Add(AuditVerifyCommand.Build(data, json));
        return ops;
    }

    private static void Add(Command ops, OpsVerb verb, Option<string> data, Option<bool> json)
    {
        var words = verb.Name.Split(' ');
        var parent = ops;
        foreach (var word in words[..^1])
        {
            var group = parent.Subcommands.FirstOrDefault(command => command.Name == word);
            if (group is null) parent.Subcommands.Add(group = new Command(word, $"The verbs of {word}."));
            parent = group;
        }
        var leaf = new Command(words[^1], verb.Summary);
        var values = new List<(string Name, Func<ParseResult, string?> Read)>();
        foreach (var parameter in verb.Parameters)
        {
            if (parameter.IsFlag)
            {
                var flag = new Option<bool>($"--{parameter.Name}") { Description = parameter.Summary };
                leaf.Options.Add(flag);
                values.Add((parameter.Name, parsed => parsed.GetValue(flag) ? "true" : null));
            }
            else if (parameter.IsOption)
            {
                var option = new Option<string>($"--{parameter.Name}")
                {
                    Description = parameter.Summary,
                    HelpName = parameter.Placeholder,
                    Required = true,
                };
                leaf.Options.Add(option);
                values.Add((parameter.Name, parsed => parsed.GetValue(option)));
            }
            else
            {
                var argument = new Argument<string>(parameter.Placeholder) { Description = parameter.Summary };
                leaf.Arguments.Add(argument);
                values.Add((parameter.Name, parsed => parsed.GetValue(argument)));
            }
        }
        leaf.SetAction(async (parsed, cancellation) =>
        {
            var args = values.Select(value => (value.Name, Text: value.Read(parsed))).Where(value => value.Text is not null)
                .ToDictionary(value => value.Name, value => value.Text!);
            var request = new OpsRequest(verb.Name, args, parsed.GetValue(json));
            // The list of verbs is known without a platform.
            OpsAnswer answer;
            do
            {
                answer = verb.Name == "help"
                    ? new OpsAnswer(0, OpsVerbs.Help())
                    : await OpsClient.SendAsync(parsed.GetValue(data)!, request, cancellation);
                await parsed.InvocationConfiguration.Output.WriteAsync(answer.Stdout);
                await parsed.InvocationConfiguration.Error.WriteAsync(answer.Stderr);
                request = request with { After = answer.Next };
            }
            while (answer is { Exit: 0, Next: not null });
            return answer.Exit;
        });
        parent.Subcommands.Add(leaf);
    }
}
