using System.CommandLine;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;

namespace HostAtlas.Gateway.Watch;

/// <summary>What a person does with a platform from a terminal: <c>setup</c>, <c>add-server</c> and <c>watch</c>.</summary>
public static class ConsoleCommands
{
    private static readonly Option<Uri> Url = new("--url")
    {
        Description = "The platform's https address.",
        Required = true,
        CustomParser = result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps) return url;
            result.AddError($"--url {result.Tokens[0].Value}: an https address is expected, e.g. https://127.0.0.1:8443");
            return null;
        },
    };
    private static readonly Option<string?> Ca = new("--ca") { Description = "PEM file of the authority to trust; without it, the system's." };
    private static readonly Option<string> Email = new("--email") { Description = "Your e-mail address.", Required = true };
    private static readonly Option<string> PasswordFile = new("--password-file") { Description = "A file that holds your password; - is standard input.", Required = true };
    private static readonly Option<string> InvitationFile = new("--invitation-file") { Description = "A file that holds the invitation.", Required = true };
    private static readonly Option<string> Team = new("--team") { Description = "The new team's name.", DefaultValueFactory = _ => "My team" };
    private static readonly Option<string> Name = new("--name") { Description = "The server's name.", Required = true };
    private static readonly Option<string> TokenTo = new("--token-to") { Description = "A new file for the token (0600).", Required = true };
    private static readonly Option<bool> Once = new("--once") { Description = "Show the figures once, as soon as there are any, and end." };

    /// <summary>The three commands.</summary>
    public static IEnumerable<Command> Build()
    {
        yield return Command("setup", "Found a team with an invitation, or join one.", [InvitationFile, Team], async (client, parse, cancellation) =>
        {
            var invitation = (await File.ReadAllTextAsync(parse.GetValue(InvitationFile)!, cancellation)).Trim();
            await client.SetUpAsync(invitation, parse.GetValue(Team)!, parse.GetValue(Email)!, await PasswordAsync(parse, cancellation), cancellation);
            Console.WriteLine($"The team '{parse.GetValue(Team)}' is founded; sign in as {parse.GetValue(Email)}.");
            return 0;
        });
        yield return Command("add-server", "Add a server to the team; its token goes to a file.", [Name, TokenTo], async (client, parse, cancellation) =>
        {
            await client.SignInAsync(parse.GetValue(Email)!, await PasswordAsync(parse, cancellation), cancellation);
            var token = await client.AddServerAsync(parse.GetValue(Name)!, cancellation);
            await using var file = new FileStream(parse.GetValue(TokenTo)!, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            await file.WriteAsync(System.Text.Encoding.ASCII.GetBytes(token + "\n"), cancellation);
            Console.WriteLine($"Server '{parse.GetValue(Name)}' is added; enrol its agent with --token-file {parse.GetValue(TokenTo)}.");
            return 0;
        });
        yield return Command("watch", "Show the team's servers in the terminal.", [Once], async (client, parse, cancellation) =>
        {
            await client.SignInAsync(parse.GetValue(Email)!, await PasswordAsync(parse, cancellation), cancellation);
            return await WatchLoop.RunAsync(client, parse.GetValue(Once), TimeProvider.System, cancellation);
        });
    }

    private static Command Command(
        string name, string description, Option[] own, Func<PeopleClient, ParseResult, CancellationToken, Task<int>> action)
    {
        var command = new Command(name, description);
        foreach (var option in (Option[])[Url, Ca, Email, PasswordFile, .. own]) command.Options.Add(option);
        command.SetAction(async (parse, cancellation) =>
        {
            try
            {
                using var client = new PeopleClient(parse.GetValue(Url)!, parse.GetValue(Ca));
                return await action(client, parse, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return 0;
            }
            catch (Exception fault) when (fault is PlatformRefusedException or HttpRequestException or IOException or UnauthorizedAccessException
                or CryptographicException or TaskCanceledException)
            {
                await Console.Error.WriteLineAsync($"{name}: {Explain(fault, parse.GetValue(Url)!)}");
                return 1;
            }
        });
        return command;
    }

    private static string Explain(Exception fault, Uri url) => fault switch
    {
        HttpRequestException { InnerException: AuthenticationException } =>
            $"the certificate of {url} is not trusted. Name the platform's ca.pem with --ca, or check that this is the right address.",
        HttpRequestException { InnerException: SocketException socket } => $"{url} cannot be reached: {socket.Message}. Is the platform running?",
        TaskCanceledException => $"{url} did not answer within 15 s.",
        _ => fault.Message,
    };

    private static async Task<string> PasswordAsync(ParseResult parse, CancellationToken cancellation)
    {
        var from = parse.GetValue(PasswordFile)!;
        var text = from == "-" ? await Console.In.ReadToEndAsync(cancellation) : await File.ReadAllTextAsync(from, cancellation);
        return text.TrimEnd('\r', '\n');
    }
}
