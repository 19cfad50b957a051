using System.Text.Json;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Tests.Platform;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.Shared.Wire;
using Microsoft.AspNetCore.Http;

namespace HostAtlas.Agent.Tests.CommandLine;

public sealed class EnrollTests : IAsyncLifetime
{
    private static readonly string Token = TestTokens.Agent(1), Other = TestTokens.Agent(1, secret: 7), AnotherServers =
        TestTokens.Agent(2),
        ApiKey = TestTokens.Write<KeyId>(TokenKind.ApiKey, 9);
    private readonly AgentUnderTest _agent = new();
    private readonly TestAuthority _authority = new();
    private TestPlatform _platform = null!;

    private string TokenInState => File.ReadAllText(Path.Combine(_agent.State, "token")).Trim();

    private string Url => _platform.Url.ToString().TrimEnd('/');

    private string Ca => _agent.File("ca.pem");

    [Fact]
    public async Task A_token_is_kept_after_the_platform_took_a_first_real_report()
    {
        Assert.Equal(0, await EnrollAsync(Token));
        Assert.Equal(Token, TokenInState);
        Assert.Contains("agent.spool.reports", Assert.Single(_platform.Stored).Value.Keys);
        Assert.Contains("memory", string.Join(' ', Assert.Single(_platform.Stored).Value.Keys), StringComparison.Ordinal);
        var options = ConfigFile.Load(_agent.Config);
        Assert.Equal((Url, Ca, TimeSpan.FromSeconds(10)), (AgentToml.Origin(options.Url), options.CaFile, options.Interval));
        Assert.DoesNotContain(Token, _agent.Output + _agent.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enrolling_twice_with_the_same_token_changes_nothing_and_says_so()
    {
        await EnrollAsync(Token);
        File.AppendAllText(_agent.Config, "# mine\n");
        Assert.Equal(0, await EnrollAsync(Token, "--json"));
        using var json = JsonDocument.Parse(_agent.Output);
        Assert.False(json.RootElement.GetProperty("changed").GetBoolean());
        Assert.EndsWith("# mine\n", File.ReadAllText(_agent.Config), StringComparison.Ordinal);
        Assert.Equal(1, _platform.Requests);
    }

    [Fact]
    public async Task Another_token_takes_the_place_of_the_first_only_when_the_platform_accepts_it()
    {
        await EnrollAsync(Token);
        Assert.Equal(1, await EnrollAsync(Other));
        Assert.Contains("rejects this token", _agent.Errors, StringComparison.Ordinal);
        Assert.Equal(Token, TokenInState);
        _platform.Tokens[Other] = true;
        Assert.Equal(0, await EnrollAsync(Other));
        Assert.Equal(Other, TokenInState);
    }

    [Fact]
    public async Task What_waits_as_one_server_is_not_handed_to_another()
    {
        await EnrollAsync(Token);
        _platform.Tokens[AnotherServers] = true;
        Assert.Equal(1, await EnrollAsync(AnotherServers));
        Assert.Contains("name a new folder with --state", _agent.Errors, StringComparison.Ordinal);
        Assert.Equal(Token, TokenInState);
    }

    [Fact]
    public async Task A_token_that_is_refused_leaves_neither_token_nor_configuration()
    {
        Assert.Equal(1, await EnrollAsync(Other));
        Assert.False(File.Exists(_agent.Config));
        Assert.Empty(Directory.GetFiles(_agent.State));
        Assert.DoesNotContain(Other, _agent.Output + _agent.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spoilt_token_file_is_replaced()
    {
        await EnrollAsync(Token);
        await File.WriteAllTextAsync(Path.Combine(_agent.State, "token"), "spoilt");
        Assert.Equal(0, await EnrollAsync(Token));
        Assert.Equal(Token, TokenInState);
    }

    [Fact]
    public async Task A_configuration_of_another_platform_is_not_edited()
    {
        File.WriteAllText(_agent.Config, "url = \"https://elsewhere.example.net\"\n");
        Assert.Equal(2, await EnrollAsync(Token));
        Assert.Contains("elsewhere", _agent.Errors, StringComparison.Ordinal);
        Assert.Equal("url = \"https://elsewhere.example.net\"\n", File.ReadAllText(_agent.Config));
        Assert.Equal(0, _platform.Requests);
    }

    [Fact]
    public async Task A_configuration_with_the_same_url_gives_its_CA()
    {
        File.WriteAllText(_agent.Config, AgentToml.Write(_platform.Url, Ca));
        Assert.Equal(0, await _agent.RunAsync(["enroll", "--url", Url, "--token-file", "-"], Token + "\n"));
        Assert.Equal(Token, TokenInState);
    }

    [Fact]
    public async Task Without_the_CA_the_hint_is_to_name_it()
    {
        Assert.Equal(1, await _agent.RunAsync(["enroll", "--url", Url, "--token-file", "-"], Token));
        Assert.Contains("--ca FILE", _agent.Errors, StringComparison.Ordinal);
        Assert.Equal(0, _platform.Requests);
    }

    [Fact]
    public async Task A_clock_that_is_off_is_said_and_does_not_stop_it()
    {
        _platform.ClockAhead = TimeSpan.FromHours(3);
        Assert.Equal(0, await EnrollAsync(Token));
        Assert.Contains("clock is 10800 s behind", _agent.Errors.Replace("10801", "10800", StringComparison.Ordinal)
            .Replace("10799", "10800", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_busy_platform_is_asked_again()
    {
        _platform.Scripted.Enqueue(context => TestPlatform.ProblemAsync(context, 503, ProblemSlug.EngineBusy, retryAfterSeconds: 1));
        Assert.Equal(0, await EnrollAsync(Token));
        Assert.Equal(2, _platform.Requests);
    }

    [Fact]
    public async Task An_API_key_makes_the_server_and_once_only()
    {
        _platform.Scripted.Enqueue(CreatedAsync);
        Assert.Equal(0, await EnrollWithKeyAsync());
        Assert.Equal(Token, TokenInState);
        Assert.Equal(0, await EnrollWithKeyAsync());
        Assert.Contains("nothing changed", _agent.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(ApiKey, _agent.Output + _agent.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(409, ProblemSlug.Conflict, "has a server named web-1 already")]
    [InlineData(403, ProblemSlug.NotPermitted, "servers:enroll")]
    [InlineData(403, ProblemSlug.PlanLimitReached, "plan")]
    [InlineData(401, ProblemSlug.CredentialsRejected, "rejects the API key")]
    public async Task An_API_key_that_is_refused_says_why(int status, string slug, string expected)
    {
        _platform.Scripted.Enqueue(context => TestPlatform.ProblemAsync(context, status, slug));
        Assert.Equal(1, await EnrollWithKeyAsync());
        Assert.Contains(expected, _agent.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(_agent.Config));
    }

    [Fact]
    public async Task A_secret_on_the_command_line_or_in_an_open_file_works_with_a_warning()
    {
        Assert.Equal(0, await _agent.RunAsync(["enroll", "--url", Url, "--ca", Ca, "--token", Token]));
        Assert.Contains("warning: --token", _agent.Errors, StringComparison.Ordinal);
        var file = _agent.Secret("open", Token);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Equal(0, await _agent.RunAsync(["enroll", "--url", Url, "--ca", Ca, "--token-file", file]));
        Assert.Contains("chmod 600", _agent.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("enroll")]
    [InlineData("enroll --url https://x")]
    [InlineData("enroll --url http://x --token t")]
    [InlineData("enroll --url https://x --token t --token-file f")]
    [InlineData("enroll --url https://x --token hat_short")]
    [InlineData("enroll --url https://x --api-key-file f")]
    [InlineData("enroll --url https://x --token t --name n")]
    [InlineData("enroll --url https://x --token-file /nowhere/at/all")]
    [InlineData("enroll --url https://x --token-file - --ca /nowhere/ca.pem")]
    [InlineData("enrol")]
    [InlineData("run --port 80")]
    [InlineData("")]
    public async Task Wrong_usage_ends_with_2_and_a_sentence(string line)
    {
        Assert.Equal(2, await _agent.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Contains("hostatlas-agent: ", _agent.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_without_enrolment_or_configuration_does_not_start()
    {
        Assert.Equal(2, await _agent.RunAsync(["run"]));
        File.WriteAllText(_agent.Config, "url = \"http://x\"\ninterval = \"1\"\n");
        Assert.Equal(2, await _agent.RunAsync(["run"]));
        Assert.Contains("url:", _agent.Errors, StringComparison.Ordinal);
        Assert.Contains("interval:", _agent.Errors, StringComparison.Ordinal);
        File.WriteAllText(_agent.Config, AgentToml.Write(_platform.Url, Ca));
        Assert.Equal(1, await _agent.RunAsync(["run"]));
        Assert.Contains("not enrolled", _agent.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_names_a_configuration_that_is_missing_and_a_CA_file_that_holds_none()
    {
        StateFolder.OpenOrCreate(_agent.State).WriteToken(TestTokens.Parsed());
        Assert.Equal(2, await _agent.RunAsync(["status"]));
        Assert.Contains("does not exist", _agent.Errors, StringComparison.Ordinal);

        File.WriteAllText(Ca, "no certificate");
        File.WriteAllText(_agent.Config, AgentToml.Write(_platform.Url, Ca));
        Assert.Equal(1, await _agent.RunAsync(["status", "--json"]));
        using var json = JsonDocument.Parse(_agent.Output);
        Assert.Contains("holds no certificate", json.RootElement.GetProperty("summary").GetString(), StringComparison.Ordinal);
        Assert.Contains("ca.pem", json.RootElement.GetProperty("nextStep").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_before_anything_says_to_enroll()
    {
        Assert.Equal(1, await _agent.RunAsync(["status", "--json"]));
        using var json = JsonDocument.Parse(_agent.Output);
        Assert.False(json.RootElement.GetProperty("enrolled").GetBoolean());
        Assert.Contains("enroll", json.RootElement.GetProperty("nextStep").GetString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_agent.State));
    }

    public async Task InitializeAsync()
    {
        _platform = await TestPlatform.StartAsync(_authority.Sign());
        _platform.Tokens[Token] = true;
        File.WriteAllText(Ca, _authority.Pem);
    }

    public async Task DisposeAsync()
    {
        await _platform.DisposeAsync();
        _agent.Dispose();
    }

    private static async Task<bool> CreatedAsync(HttpContext context)
    {
        Assert.Equal("/api/servers", context.Request.Path);
        Assert.Equal($"Bearer {ApiKey}", context.Request.Headers.Authorization);
        context.Response.StatusCode = 201;
        await context.Response.WriteAsJsonAsync(new ServerCreated(TestTokens.Parsed().Server, "web-1", Token),
            WireJson.Default.ServerCreated);
        return true;
    }

    private Task<int> EnrollAsync(string token, params string[] more) =>
        _agent.RunAsync(["enroll", "--url", Url, "--ca", Ca, "--token-file", _agent.Secret("token", token), .. more]);

    private Task<int> EnrollWithKeyAsync() =>
        _agent.RunAsync(["enroll", "--url", Url, "--ca", Ca, "--api-key-file", _agent.Secret("key", ApiKey), "--name", "web-1"]);
}
