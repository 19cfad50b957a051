using System.CommandLine;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Progress;
using HostAtlas.Agent.Redaction;

namespace HostAtlas.Agent.CommandLine;

/// <summary>
/// <c>redact cron|log</c>: a filter, to see what would leave this host and what would not. It needs neither a configuration nor a state;
/// when
/// there is a configuration, the owner's rules in it are applied too.
/// </summary>
internal static class RedactVerb
{
    public static Command Command(CommonOptions common, AgentSurroundings around, Func<Func<Task<int>>, Task<int>> guard)
    {
        var command = new Command("redact", "Reads lines from standard input and writes them without secrets, one for one.")
        {
            Kind("cron", "Crontab lines and commands: a secret becomes [REDACTED].", RedactionMode.Cron),
            Kind("log", "Lines of logs: a secret becomes [FILTERED].", RedactionMode.Log),
        };
        return command;

        Command Kind(string name, string what, RedactionMode mode)
        {
            var kind = new Command(name, what);
            kind.SetAction((parsed, stop) => guard(async () =>
            {
                var config = parsed.GetValue(common.Config)!;
                var rules = File.Exists(config) ? ConfigFile.Load(config).Redaction : OwnerRules.None;
                var filter = new RedactionFilter(new Redactor(rules), mode) { Describe = parsed.GetValue(common.Json) ? Json : null };
                await using var input = around.OpenInput();
                await using var output = around.OpenOutput();
                await filter.RunAsync(input, output, stop);
                return ExitCode.Done;
            }));
            return kind;
        }
    }

    private static string Json(RedactedLine line) => JsonLine.Of(writer =>
    {
        writer.WriteString("line", line.Text);
        writer.WriteStartArray("rules");
        foreach (var rule in line.Rules) writer.WriteStringValue(rule);
        writer.WriteEndArray();
    });
}
