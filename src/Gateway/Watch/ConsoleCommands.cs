using System.CommandLine;
using System.CommandLine.Parsing;
using System.Security.Cryptography;
using System.Text;
using Spectre.Console;

namespace HostAtlas.Gateway.Watch;

/// <summary>What a person does with a platform from a terminal: <c>setup</c>, <c>add-server</c> and <c>watch</c>.</summary>
public static class ConsoleCommands
{
    private const int Failed = 1, ServersOfOneScreen = 3, ServersWithoutScreen = 200, OtherLines = 7, WidthWithoutScreen = 120;

    private static readonly Option<Uri?> Url = new("--url")
    {
        Description = "The platform's https address.",
        Required = true,
        CustomParser = ReadUrl,
    };
    private static readonly Option<string?> Ca = new("--ca")
    {
        Description = "A PEM file of the authority to trust; without it, those that the system trusts.",
    };
    private static readonly Option<string> Email = new("--email") { Description = "Your e-mail address.", Required = true };
    private static readonly Option<string> PasswordFile = new("--password-file")
    {
        Description = "A file that holds your password; - is standard input.",
        Required = true,
    };
    private static readonly Option<string?> Code = new("--code")
    {
        Description = "The code of your authenticator app, when you have a second factor; it works once.",
    };
    private static readonly Option<string> InvitationFile = new("--invitation-file")
    {
        Description = "A file that holds the invitation.",
        Required = true,
    };
    private static readonly Option<string> Team = new("--team")
    {
        Description = "The new team's name.",
        DefaultValueFactory = _ => "My team",
    };
    private static readonly Option<string?> TeamId = new("--team")
    {
        Description = "The id of the team, when you belong to several.",
        HelpName = "TEAM-ID",
    };
    private static readonly Option<string> Name = new("--name") { Description = "The server's name.", Required = true };
    private static readonly Option<string> TokenTo = new("--token-to")
    {
        Description = "A new file for the token (0600).",
        Required = true,
    };
    private static readonly Option<string?> Server = new("--server") { Description = "The id of the one server to show." };
    private static readonly Option<bool> Once = new("--once") { Description = "Show the figures once, as soon as there are any, and end." };
    private static readonly Option<bool> Json = new("--json") { Description = "A line of JSON for each change instead of a table." };

    /// <summary>The three commands.</summary>
    public static IEnumerable<Command> Build() =>
    [
        Command("setup", "Found a team with an invitation, or join one.", [InvitationFile, Team], SetUpAsync),
        Command("add-server", "Add a server to the team; its token goes to a file.", [Name, TokenTo, TeamId], AddServerAsync),
        Command("watch", "Show the team's servers in the terminal; q or Ctrl-C ends.", [Server, Once, Json, TeamId], WatchAsync),
    ];

    private static async Task<int> SetUpAsync(PeopleClient client, ParseResult parse, CancellationToken cancellation)
    {
        var invitation = (await File.ReadAllTextAsync(parse.GetValue(InvitationFile)!, cancellation)).Trim();
        await client.SetUpAsync(invitation, parse.GetValue(Team)!, await SignInOfAsync(parse, cancellation), cancellation);
        Console.WriteLine($"The team '{parse.GetValue(Team)}' is founded; sign in as {parse.GetValue(Email)}.");
        return 0;
    }

    private static async Task<int> AddServerAsync(PeopleClient client, ParseResult parse, CancellationToken cancellation)
    {
        var target = parse.GetValue(TokenTo)!;
        // Before the server is added: a token is shown once, so there has to be a place for it.
        await using var file = new FileStream(target, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        try
        {
            await client.SignInAsync(await SignInOfAsync(parse, cancellation), cancellation);
            var token = await client.AddServerAsync(parse.GetValue(Name)!, cancellation);
            await file.WriteAsync(Encoding.ASCII.GetBytes(token + "\n"), CancellationToken.None);
        }
        catch
        {
            // An empty file would stand in the way of the next try.
            File.Delete(target);
            throw;
        }
        Console.WriteLine($"Server '{parse.GetValue(Name)}' is added; enrol its agent with --token-file {target}.");
        return 0;
    }

    private static async Task<int> WatchAsync(PeopleClient client, ParseResult parse, CancellationToken cancellation)
    {
        var console = AnsiConsole.Console;
        var isScreen = console.Profile.Capabilities.Interactive;
        if (Console.IsOutputRedirected) console.Profile.Width = WidthWithoutScreen;
        var room = isScreen ? Math.Max(ServersOfOneScreen, console.Profile.Height - OtherLines) : ServersWithoutScreen;
        var watcher = new Watcher(client, await SignInOfAsync(parse, cancellation), parse.GetValue(Server), room);
        return await new WatchLoop(watcher, new WatchMode(parse.GetValue(Once), parse.GetValue(Json)), console, TimeProvider.System)
            .RunAsync(cancellation);
    }

    private static Command Command(
        string name, string description, Option[] own, Func<PeopleClient, ParseResult, CancellationToken, Task<int>> action)
    {
        var command = new Command(name, description);
        foreach (var option in (Option[])[Url, Ca, Email, PasswordFile, Code, .. own]) command.Options.Add(option);
        command.SetAction(async (parse, cancellation) =>
        {
            try
            {
                using var client = new PeopleClient(parse.GetValue(Url)!, parse.GetValue(Ca), TimeProvider.System)
                {
                    Team = own.Contains(TeamId) ? parse.GetValue(TeamId) : null,
                };
                try
                {
                    return await action(client, parse, cancellation);
                }
                finally
                {
                    await client.SignOutAsync();
                }
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return 0;
            }
            catch (Exception fault) when (Explain(fault, parse.GetValue(Url)!) is { } reason)
            {
                await Console.Error.WriteLineAsync($"{name}: {reason}");
                return Failed;
            }
        });
        return command;
    }

    private static Uri? ReadUrl(ArgumentResult argument)
    {
        if (Uri.TryCreate(argument.Tokens[0].Value, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps) return url;
        argument.AddError("--url: an https address is expected, e.g. https://127.0.0.1:8443.");
        return null;
    }

    private static string? Explain(Exception fault, Uri url) => fault switch
    {
        IOException or UnauthorizedAccessException or CryptographicException => fault.Message,
        _ => ConnectionFaults.Explain(fault, url),
    };

    private static async Task<SignIn> SignInOfAsync(ParseResult parse, CancellationToken cancellation)
    {
        var from = parse.GetValue(PasswordFile)!;
        var text = from == "-" ? await Console.In.ReadToEndAsync(cancellation) : await File.ReadAllTextAsync(from, cancellation);
        return new SignIn(parse.GetValue(Email)!, text.TrimEnd('\r', '\n'), parse.GetValue(Code));
    }
}
