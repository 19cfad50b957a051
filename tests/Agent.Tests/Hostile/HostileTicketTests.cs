using HostAtlas.Agent.Tests.Backup.Run;
using HostAtlas.Agent.Tests.Platform;
using HostAtlas.TestSupport;
using Microsoft.AspNetCore.Http;

namespace HostAtlas.Agent.Tests.Hostile;

/// <summary>
/// A platform that uses backups against the network its agent stands in: tickets to elsewhere, redirects, answers that are not what they
/// should be. Each run ends with a sentence, nobody else hears anything, and nothing is committed.
/// </summary>
public sealed class HostileTicketTests : IAsyncLifetime
{
    private readonly Bystander _bystander = new();
    private readonly TempFolder _folder = new();
    private BackupHost _host = null!;

    [Fact]
    public async Task A_ticket_to_elsewhere_is_not_followed()
    {
        var own = _host.Platform.Url.Port;
        foreach (var origin in new[]
        {
            $"https://127.0.0.1:{_bystander.Port}", $"http://127.0.0.1:{own}", $"https://localhost:{own}", $"https://127.0.0.1:{own + 1}",
            $"https://user:word@127.0.0.1:{own}", $"https://127.0.0.1:{own}@127.0.0.1:{_bystander.Port}",
            $"https://[::1]:{_bystander.Port}",
        })
        {
            _host.Platform.Address = address => origin + new Uri(address).AbsolutePath;
            await FailsAsync("is not followed");
        }
        _host.Platform.Address = address => address;
        _host.Platform.TicketHeaders["Authorization"] = "Bearer x";
        await FailsAsync("a header that no vault needs");
        Assert.Empty(_host.Platform.Puts);
    }

    [Theory]
    [InlineData("/api/agent/backups/list")]
    [InlineData("/api/agent/backups/begin")]
    [InlineData("/api/agent/backups/uploads")]
    [InlineData("/api/agent/backups/commit")]
    public async Task A_redirect_ends_the_run(string path)
    {
        _host.Platform.Script = context =>
        {
            if (context.Request.Path != path) return Task.FromResult(false);
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = $"https://127.0.0.1:{_bystander.Port}{path}";
            return Task.FromResult(true);
        };
        await FailsAsync("Redirects are not followed");
    }

    [Fact]
    public async Task A_vault_that_redirects_is_asked_again_and_nobody_else()
    {
        var turn = 0;
        _host.Platform.Script = context =>
        {
            if (!context.Request.Path.StartsWithSegments("/vault") || Interlocked.Increment(ref turn) > 1) return Task.FromResult(false);
            context.Response.StatusCode = 308;
            context.Response.Headers.Location = $"https://127.0.0.1:{_bystander.Port}/";
            return Task.FromResult(true);
        };
        await _host.BackupAsync();
        Assert.Contains("answered 308", _host.Agent.Errors, StringComparison.Ordinal);
        Assert.False(_bystander.WasTouched);
    }

    [Theory]
    [InlineData("/api/agent/backups/list", "{\"items\":[null]}")]
    [InlineData("/api/agent/backups/list", "{\"items\":[{}]}")]
    [InlineData("/api/agent/backups/list", "{\"items\":{}}")]
    [InlineData("/api/agent/backups/list", "[")]
    [InlineData("/api/agent/backups/list", "null")]
    [InlineData("/api/agent/backups/uploads", "{\"tickets\":[null]}")]
    [InlineData("/api/agent/backups/uploads", "{\"tickets\":[{\"name\":\"packs/../../x\",\"method\":\"PUT\",\"url\":\"x\",\"headers\":{}}]}")]
    [InlineData("/api/agent/backups/uploads", "{\"present\":[7]}")]
    [InlineData("/api/agent/backups/uploads", "<html>")]
    [InlineData("/api/agent/backups/begin", "\"proceed\"")]
    public async Task An_answer_that_is_none_ends_the_run_with_a_sentence(string path, string answer)
    {
        _host.Platform.Script = async context =>
        {
            if (context.Request.Path != path) return false;
            await context.Response.WriteAsync(answer);
            return true;
        };
        await FailsAsync("cannot be read");
    }

    [Fact]
    public async Task An_answer_without_end_ends_the_run()
    {
        _host.Platform.Script = async context =>
        {
            if (context.Request.Path != "/api/agent/backups/list") return false;
            var junk = new byte[64 << 10];
            while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(junk);
            return true;
        };
        await FailsAsync("larger than any answer");
    }

    [Fact]
    public async Task A_clock_that_changes_with_each_answer_is_followed_once()
    {
        var (asked, ahead) = (0, 0);
        _host.Platform.Script = async context =>
        {
            if (context.Request.Path != "/api/agent/backups/list") return false;
            Interlocked.Increment(ref asked);
            var time = TimeProvider.System.GetUtcNow().AddHours(Interlocked.Increment(ref ahead)).ToUnixTimeSeconds();
            return await TestPlatform.ProblemAsync(context, 401, "timestamp-outside-window", serverTime: time);
        };
        await FailsAsync("clock is wrong");
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task What_is_read_back_comes_from_the_vault_alone_and_within_an_objects_size()
    {
        await _host.BackupAsync();
        _host.Platform.Address = address => $"https://127.0.0.1:{_bystander.Port}" + new Uri(address).AbsolutePath;
        foreach (var verb in new[] { new[] { "verify", "--read-data" }, ["restore", "latest", "--to", _folder.File("back")] })
        {
            Assert.Equal(1, await _host.Agent.RunAsync(verb));
            Assert.Contains("is not followed", _host.Agent.Errors, StringComparison.Ordinal);
        }
        _host.Platform.Address = address => address;
        _host.Platform.Script = async context =>
        {
            if (!context.Request.Path.StartsWithSegments("/vault")) return false;
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes 0-0/{2_000_000_000}";
            await context.Response.WriteAsync("x");
            return true;
        };
        Assert.NotEqual(0, await _host.Agent.RunAsync(["verify"]));
        Assert.Contains("more than an object can have", _host.Agent.Errors, StringComparison.Ordinal);
        Assert.False(_bystander.WasTouched);
    }

    public async Task InitializeAsync()
    {
        _host = await BackupHost.StartAsync();
        await File.WriteAllTextAsync(_host.PathOf("a"), "content");
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
        _bystander.Dispose();
    }

    private async Task FailsAsync(string text)
    {
        var code = await _host.Agent.RunAsync(["backup"]);
        Assert.True(code == 1, $"{code}: {_host.Agent.Output} {_host.Agent.Errors}");
        Assert.Contains(text, _host.Agent.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", _host.Agent.Errors, StringComparison.Ordinal);
        Assert.Empty(_host.Platform.Chain);
        Assert.False(_bystander.WasTouched);
    }
}
