using System.CommandLine;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;

namespace HostAtlas.Agent.CommandLine;

/// <summary><c>enroll</c>: the command line of <see cref="Enrollment"/>.</summary>
internal static class EnrollVerb
{
    public static Command Command(CommonOptions common, AgentSurroundings around, Func<Func<Task<int>>, Task<int>> guard)
    {
        var url = new Option<string>("--url") { Description = "The platform's https address.", HelpName = "URL", Required = true };
        var tokenFile = new Option<string?>("--token-file")
        {
            Description = "A file with the server's token; - is standard input.",
            HelpName = "FILE",
        };
        var token = new Option<string?>("--token") { Description = "The token itself; --token-file is safer.", HelpName = "T" };
        var keyFile = new Option<string?>("--api-key-file")
        {
            Description = "A file with an API key (scope servers:enroll), which makes the server too; - is standard input.",
            HelpName = "FILE",
        };
        var name = new Option<string?>("--name") { Description = "The new server's name; with --api-key-file.", HelpName = "NAME" };
        var ca = new Option<string?>("--ca")
        {
            Description = "The platform's own CA (ca.pem); without it the system's.",
            HelpName = "FILE",
        };
        var command = new Command("enroll", "Makes this host known to a platform.") { url, tokenFile, token, keyFile, name, ca };
        command.SetAction((parsed, stop) => guard(async () =>
        {
            string? Given(Option<string?> option) => parsed.GetValue(option);
            if (new[] { Given(tokenFile), Given(token), Given(keyFile) }.Count(v => v is not null) != 1)
                throw new VerbFailedException(ExitCode.Usage, "give exactly one of --token-file, --token and --api-key-file");
            if ((Given(keyFile) is null) != (Given(name) is null))
                throw new VerbFailedException(ExitCode.Usage, "--api-key-file and --name go together");
            var platform = AgentToml.ReadUrl(parsed.GetValue(url)!, out var fault)
                ?? throw new VerbFailedException(ExitCode.Usage, $"--url: {fault}");

            var configPath = Path.GetFullPath(parsed.GetValue(common.Config)!);
            var caFile = Given(ca) is { } path ? Path.GetFullPath(path) : null;
            if (caFile is not null && File.Exists(caFile)
                && FilePermissions.AnyOf(caFile, UnixFileMode.GroupWrite | UnixFileMode.OtherWrite))
                await around.Error.WriteLineAsync(
                    $"hostatlas-agent: warning: others can write {caFile}, and with it choose whom this agent trusts");
            var existing = Existing(configPath, platform, caFile);
            var state = StateFolder.OpenOrCreate(parsed.GetValue(common.State)!);
            using var client = Connection.Open(platform, caFile ?? existing?.CaFile, existing?.HttpsProxy, around);

            var enrollment = new Enrollment(state, client, around, platform);
            var outcome = Given(keyFile) is { } key
                ? await enrollment.WithApiKeyAsync(SecretInput.FromFile("--api-key-file", key, around), Given(name)!, stop)
                : await enrollment.WithTokenAsync(Given(tokenFile) is { } file
                    ? SecretInput.FromFile("--token-file", file, around)
                    : SecretInput.FromLiteral("--token", Given(token)!, around.Error), stop);
            if (existing is null) ConfigFile.Create(configPath, platform, caFile);
            await around.Out.WriteLineAsync(outcome.Write(AgentToml.Origin(platform), parsed.GetValue(common.Json)));
            return ExitCode.Done;
        }));
        return command;
    }

    // An existing configuration is somebody's work: it is never edited, so it has to agree.
    private static AgentOptions? Existing(string configPath, Uri platform, string? caFile)
    {
        if (!File.Exists(configPath)) return null;
        var options = ConfigFile.Load(configPath);
        if (AgentToml.Origin(options.Url) != AgentToml.Origin(platform))
            throw new VerbFailedException(ExitCode.Usage,
                $"{configPath} names another platform ({AgentToml.Origin(options.Url)}); "
                + "change its url, or name another file with --config");
        if (caFile is not null && options.CaFile != caFile)
            throw new VerbFailedException(ExitCode.Usage,
                $"{configPath} names {(options.CaFile is null ? "no CA" : $"another CA ({options.CaFile})")}; "
                + "change its ca, or name another file with --config");
        return options;
    }
}
