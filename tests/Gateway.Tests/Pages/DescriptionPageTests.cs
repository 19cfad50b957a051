using HostAtlas.Gateway.OpenApi;
using HostAtlas.Gateway.Tests.Hosting;
using HostAtlas.TestSupport.Browsing;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Description;

namespace HostAtlas.Gateway.Tests.Pages;

/// <summary>The page that shows the description, in a real browser that nobody is signed in with.</summary>
[Collection(nameof(PlatformCollection))]
public sealed class DescriptionPageTests(TestPlatform platform) : IAsyncLifetime
{
    private const string Loaded = "document.querySelectorAll('#main article').length > 0";

    private static readonly ApiDescription Description = new(OpenApiDocument.Build());
    private Chromium _browser = null!;

    public async Task InitializeAsync()
    {
        using var certificate = PlatformTrust.Load(Path.Combine(platform.Data, "server.pem"));
        _browser = await Chromium.StartAsync(certificate);
    }

    public Task DisposeAsync() => _browser.DisposeAsync().AsTask();

    [Fact]
    public async Task It_shows_every_operation_and_problem_is_searched_linked_into_and_read_on_a_phone_under_the_strict_policy()
    {
        await _browser.ResizeAsync(1280, 900);
        await _browser.GoAsync(new Uri(platform.Url, "/docs"), Loaded);
        var shown = (await _browser.EvaluateAsync("[...document.querySelectorAll('#main article')].map(one => one.id)"))!.AsArray()
            .Select(id => id!.GetValue<string>()).ToList();
        var examples = Description.Document["components"]!["examples"]!.AsObject().Select(example => example.Key);
        Assert.Equal(Description.Operations.Select(operation => operation.Id).Concat(examples).Order(), shown.Order());

        Assert.DoesNotContain("[object", await TextAsync("document.querySelector('#main').textContent"), StringComparison.Ordinal);

        await _browser.EvaluateAsync("document.querySelector('#search').focus()");
        await _browser.TypeAsync("revoke api key");
        await _browser.UntilAsync("document.querySelector('#found').textContent !== ''");
        Assert.Equal("revokeKey", await TextAsync("document.querySelector('#main article:not([hidden])').id"));

        // A link into the page finds its entry, also when the search has hidden it.
        await _browser.EvaluateAsync("location.hash = '#invitation-spent'");
        await _browser.UntilAsync("document.activeElement.id === 'invitation-spent'");
        await _browser.GoAsync(new Uri("about:blank"), "location.href === 'about:blank'");
        await _browser.GoAsync(new Uri(platform.Url, "/docs#getMetrics"), $"{Loaded} && document.activeElement.id === 'getMetrics'");
        Assert.InRange(await NumberAsync("document.querySelector('#getMetrics').getBoundingClientRect().top"), -1, 900);

        await _browser.ResizeAsync(360, 740);
        await _browser.UntilAsync("innerWidth === 360");
        Assert.True(await NumberAsync("document.documentElement.scrollWidth") <= 360, "It is wider than a phone.");
        Assert.Empty(_browser.Complaints);
    }

    [Fact]
    public async Task The_browser_complains_of_what_the_policy_forbids()
    {
        await _browser.GoAsync(new Uri(platform.Url, "/docs"), Loaded);
        await _browser.EvaluateAsync(
            "document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = 1' }))");
        await _browser.UntilAsync("window.ran === undefined");
        Assert.Contains(_browser.Complaints, complaint => complaint.Contains("Content Security Policy", StringComparison.Ordinal));
    }

    private async Task<double> NumberAsync(string expression) => (await _browser.EvaluateAsync(expression))!.GetValue<double>();

    private async Task<string> TextAsync(string expression) => (await _browser.EvaluateAsync(expression))!.GetValue<string>();
}
