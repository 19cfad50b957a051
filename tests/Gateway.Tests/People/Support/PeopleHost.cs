using System.Net;
using System.Security.Cryptography;
using HostAtlas.Engine;
using HostAtlas.Engine.Metrics;
using HostAtlas.Engine.Operations;
using HostAtlas.Engine.Servers;
using HostAtlas.Engine.Storage;
using HostAtlas.Engine.Storage.Sealing;
using HostAtlas.Engine.Storage.Sqlite;
using HostAtlas.Engine.Teams;
using HostAtlas.Engine.Vault;
using HostAtlas.Gateway.Hosting;
using HostAtlas.Gateway.OpenApi;
using HostAtlas.Gateway.Pages;
using HostAtlas.Gateway.People;
using HostAtlas.Gateway.People.Events;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Tokens;
using HostAtlas.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Gateway.Tests.People.Support;

/// <summary>
/// The real engine in a folder of its own, and people's endpoints and pages over plain HTTP: TLS is others' tests.
/// </summary>
public sealed class PeopleHost : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private WebApplication? _app;

    /// <summary>The clock of engine and gateway.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The rhythm of event streams; null: as in service.</summary>
    internal EventStreamTimes? EventTimes { get; init; }

    /// <summary>Where it answers.</summary>
    public Uri Address => new(_app!.Urls.Single());

    /// <summary>The engine, asked directly.</summary>
    public EngineClient Engine => _app!.Services.GetRequiredService<EngineClient>();

    /// <summary>Makes links that set a password anew.</summary>
    public ResetIssuer Resets => _app!.Services.GetRequiredService<ResetIssuer>();

    /// <summary>The vault.</summary>
    public IVault Vault => _app!.Services.GetRequiredService<IVault>();

    /// <summary>When API keys were used.</summary>
    public KeyUses KeyUses => _app!.Services.GetRequiredService<KeyUses>();

    /// <summary>The platform's keys.</summary>
    public PlatformKeys Keys => _app!.Services.GetRequiredService<PlatformKeys>();

    /// <summary>The ring of root keys.</summary>
    public RootKeys Roots => _app!.Services.GetRequiredService<RootKeys>();

    /// <summary>Every mapped route.</summary>
    public IEnumerable<RouteEndpoint> Routes => _app!.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    /// <summary>Someone with a browser of their own.</summary>
    public Browser NewBrowser() => new(Address);

    /// <summary>A fresh 16 bytes id.</summary>
    public static T NewId<T>() where T : struct, IResourceId<T> => ResourceId.FromRandom<T>(RandomNumberGenerator.GetBytes(16));

    /// <summary>An invitation's text, known to the team's entity.</summary>
    public async Task<string> InviteAsync(TeamId team, TeamRole role = TeamRole.Owner, TimeSpan? validFor = null)
    {
        var id = NewId<InvitationId>();
        var text = TokenForm.Write(TokenKind.Invitation, team, id, RandomNumberGenerator.GetBytes(32), Keys.TokenKey);
        var expires = Time.GetUtcNow() + (validFor ?? TimeSpan.FromHours(1));
        Assert.IsType<Done>(await Engine.AskAsync(
            new IssueInvitation(team, id, TokenHash.Of(text), role, expires, Author.OfOperator("test"))));
        return text;
    }

    /// <summary>Somebody signed in who founded a team of their own.</summary>
    public Task<Browser> FounderAsync() => MemberAsync(NewId<TeamId>(), TeamRole.Owner);

    /// <summary>Somebody new, signed in, who joined (or founded) the team.</summary>
    public async Task<Browser> MemberAsync(TeamId team, TeamRole role)
    {
        var browser = NewBrowser();
        browser.Email = $"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}@example.org";
        var answer = await browser.PostAsync("/api/setup", new
        {
            invitation = await InviteAsync(team, role),
            team = "Team " + browser.Email,
            email = browser.Email,
            password = Browser.Password,
        });
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        browser.Team = team;
        return browser;
    }

    /// <summary>What an agent's report does, without the agent: values at times, through the server's door.</summary>
    public async Task ReportAsync(TeamId team, ServerId server, string token, string name, params (long AtMs, double Value)[] points)
    {
        var names = System.Text.Encoding.UTF8.GetBytes(name);
        var set = new NameSet(System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(names)), 1, names);
        var batch = new MetricBatch(
            System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(RandomNumberGenerator.GetBytes(8)), 1, [set],
            [.. points.Select(point => new ReportRow(point.AtMs, 0, PackedValues.Pack([point.Value])))]);
        var request = new AgentRequest(team, server, new Guid(RandomNumberGenerator.GetBytes(16)), TokenHash.Of(token),
            RandomNumberGenerator.GetBytes(32), Time.GetUtcNow().ToUnixTimeSeconds(), new MetricsPayload(batch));
        Assert.IsType<MetricsStored>(await Engine.AskAsync(request));
    }

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddSingleton(Time);
        var root = RandomNumberGenerator.GetBytes(32);
        builder.Services.AddHostAtlasEngine(new EngineOptions { DataDirectory = _folder.File("data"), RootKey = root });
        if (EventTimes is not null) builder.Services.AddSingleton(EventTimes);
        builder.Services.AddSingleton(new OwnOrigin(null, host => host == "127.0.0.1"));
        builder.Services.AddPeople();
        _app = builder.Build();
        _app.UseMiddleware<AnswerFrame>().UseMiddleware<ExactPaths>();
        PeopleEndpoints.Map(_app);
        OpenApiEndpoint.Map(_app);
        PagesSetup.Map(_app);
        await _app.StartAsync();
    }

    /// <summary>Ends it as SIGTERM does.</summary>
    public Task StopAsync() => _app!.StopAsync();

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Takes entries out of a team's audit log, as nobody but somebody at the database can, and puts its guards back.</summary>
    internal void RemoveFromAuditLog(TeamId team, params IEnumerable<int> numbers)
    {
        using var connection = _app!.Services.GetRequiredService<DataFile>().OpenWriter();
        DataFile.Execute(connection, $"""
            create temp table guards as select sql from main.sqlite_master where name = 'audit_entries_stay';
            drop trigger audit_entries_stay;
            delete from audit_entries where team = x'{Convert.ToHexStringLower(team.ToBytes())}' and number in ({string.Join(',', numbers)})
            """);
        using var guard = connection.CreateCommand();
        guard.CommandText = "select sql from guards";
        DataFile.Execute(connection, (string)guard.ExecuteScalar()!);
    }

    /// <summary>Holds the tables' write lock until disposed.</summary>
    internal IDisposable LockTheStore()
    {
        var connection = _app!.Services.GetRequiredService<DataFile>().OpenWriter();
        DataFile.Execute(connection, "begin immediate");
        return connection;
    }
}

/// <summary>One platform for all tests that only talk to it over HTTP.</summary>
[CollectionDefinition(Name)]
public sealed class PeopleCollection : ICollectionFixture<PeopleHost>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "people";
}
