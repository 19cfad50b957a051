using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HostAtlas.TestSupport.Browsing;

/// <summary>
/// A real Chromium without a window, steered over its own protocol (DevTools, one WebSocket): no driver and no package between a test and
/// what people's browsers do. It trusts one certificate, by its key.
/// </summary>
public sealed class Chromium : IAsyncDisposable
{
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(60);

    private readonly TempFolder _profile = new();
    private readonly ClientWebSocket _socket = new();
    private readonly List<string> _complaints = [];
    private Process? _process;
    private string? _session;
    private int _call;

    private Chromium()
    {
    }

    /// <summary>What pages wrote to the console as a warning or an error, breaches of their security policy among it.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    /// <summary>Starts a browser with one empty page.</summary>
    public static async Task<Chromium> StartAsync(X509Certificate2 trusted)
    {
        var browser = new Chromium();
        try
        {
            await browser.OpenAsync(Convert.ToBase64String(SHA256.HashData(trusted.PublicKey.ExportSubjectPublicKeyInfo())));
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>Goes to an address and waits until an expression of the page is true.</summary>
    public async Task GoAsync(Uri address, string until)
    {
        await CallAsync("Page.navigate", new { url = address.AbsoluteUri });
        await UntilAsync(until);
    }

    /// <summary>Waits until an expression of the page is true.</summary>
    public Task UntilAsync(string expression) => Poll.UntilAsync(expression, TimeSpan.FromSeconds(30), async () =>
        await EvaluateAsync($"Boolean({expression})") is { } value && value.GetValue<bool>());

    /// <summary>An expression's value.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        var answer = await CallAsync("Runtime.evaluate", new { expression, returnByValue = true, awaitPromise = true });
        // While a page is being exchanged for the next, its expressions have no value.
        return answer["exceptionDetails"] is null ? answer["result"]!["value"] : null;
    }

    /// <summary>The window's size in CSS pixels; a phone's when it is narrow.</summary>
    public Task ResizeAsync(int width, int height) => CallAsync(
        "Emulation.setDeviceMetricsOverride", new { width, height, deviceScaleFactor = 1, mobile = width < 600 });

    /// <summary>Types into what has the focus.</summary>
    public Task TypeAsync(string text) => CallAsync("Input.insertText", new { text });

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        if (_process is not null)
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
        _profile.Dispose();
    }

    private async Task OpenAsync(string keyHash)
    {
        string[] arguments =
        [
            "--headless=new", "--remote-debugging-port=0", $"--user-data-dir={_profile.File("profile")}", "--no-sandbox",
            "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--no-first-run", "--no-proxy-server", $"--ignore-certificate-errors-spki-list={keyHash}", "about:blank",
        ];
        _process = Process.Start(new ProcessStartInfo("chromium", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        // What it says is not read; a full pipe would stop it.
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var port = _profile.File("profile", "DevToolsActivePort");
        string[] lines = [];
        await Poll.UntilAsync("the browser to listen", StartsWithin, () =>
            Task.FromResult(File.Exists(port) && (lines = File.ReadAllLines(port)).Length == 2));
        await _socket.ConnectAsync(
            new Uri($"ws://127.0.0.1:{int.Parse(lines[0], CultureInfo.InvariantCulture)}{lines[1]}"), CancellationToken.None);
        var target = (await CallAsync("Target.createTarget", new { url = "about:blank" }))["targetId"]!.GetValue<string>();
        _session = (await CallAsync("Target.attachToTarget", new { targetId = target, flatten = true }))["sessionId"]!.GetValue<string>();
        foreach (var domain in (string[])["Page", "Runtime", "Log"]) await CallAsync(domain + ".enable", new { });
    }

    /// <summary>One call; events that come before its answer are taken note of.</summary>
    private async Task<JsonNode> CallAsync(string method, object parameters)
    {
        var id = ++_call;
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = JsonSerializer.SerializeToNode(parameters) };
        if (_session is not null) message["sessionId"] = _session;
        using var deadline = new CancellationTokenSource(StartsWithin);
        await _socket.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, endOfMessage: true, deadline.Token);
        while (true)
        {
            var answer = await ReadAsync(deadline.Token);
            Note(answer);
            if (answer["id"]?.GetValue<int>() != id) continue;
            return answer["result"] ?? throw new InvalidOperationException($"{method}: {answer["error"]?.ToJsonString()}");
        }
    }

    private async Task<JsonNode> ReadAsync(CancellationToken cancellation)
    {
        using var whole = new MemoryStream();
        var buffer = new byte[64 * 1024];
        WebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(buffer, cancellation);
            whole.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        whole.Position = 0;
        return JsonNode.Parse(whole)!;
    }

    private void Note(JsonNode message)
    {
        var parameters = message["params"];
        static bool IsBad(JsonNode? level) => level!.GetValue<string>() is "error" or "warning" or "assert";
        var complaint = message["method"]?.GetValue<string>() switch
        {
            "Log.entryAdded" when IsBad(parameters!["entry"]!["level"]) => parameters["entry"]!["text"],
            "Runtime.exceptionThrown" => parameters!["exceptionDetails"],
            "Runtime.consoleAPICalled" when IsBad(parameters!["type"]) => parameters["args"],
            _ => null,
        };
        if (complaint is not null) _complaints.Add(complaint.ToJsonString());
    }
}
