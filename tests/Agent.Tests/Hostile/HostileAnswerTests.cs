using System.Security.Cryptography.X509Certificates;
using System.Text;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Tests.Platform;
using HostAtlas.Agent.Uplink;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Hostile;

/// <summary>
/// A platform with the right certificate that answers with what no platform should. Whatever it is: the request ends as a fault or as an
/// answer that is none, little is read, nobody else hears anything, and the next request works.
/// </summary>
public sealed class HostileAnswerTests : IDisposable
{
    // What the agent may take, and what the two systems keep on the way.
    private const long MostBytes = 24 << 20;

    private static readonly TestAuthority Authority = new();
    private static readonly X509Certificate2 Certificate = Authority.Sign();
    private readonly TempFolder _folder = new();
    private readonly Bystander _bystander = new();

    public static TheoryData<string> QuickAnswers => [.. Quick(0).Keys];

    [Theory]
    [MemberData(nameof(QuickAnswers))]
    public async Task It_ends_little_is_read_nobody_else_hears_of_it_and_the_next_request_works(string name) =>
        await TryAsync(Quick(_bystander.Port)[name], TimeSpan.FromSeconds(60), requests: 4);

    [Fact]
    public Task What_never_ends_is_given_up_when_the_time_is_over() =>
        Task.WhenAll(Slow.Values.Select(answer => TryAsync(answer, TimeSpan.FromSeconds(3), requests: 1)));

    public void Dispose()
    {
        _folder.Dispose();
        _bystander.Dispose();
    }

    // Each is asked as the reports' lane, the commands' lane and a backup ask; a backup takes the largest answers.
    private async Task TryAsync(Func<RawRequest, Task> hostile, TimeSpan patience, int requests)
    {
        var isHostile = true;
        await using var platform = new RawPlatform(
            Certificate, request => isHostile ? hostile(request) : request.WriteAsync(RawPlatform.Accepted));
        var ca = _folder.File($"{BatchId.Draw()}.pem");
        await File.WriteAllTextAsync(ca, Authority.Pem);
        using var client = new PlatformClient(platform.Url, TlsTrust.TryLoad(ca, out _)!, null, TimeProvider.System)
        {
            Patience = patience,
        };
        using var patient = new PlatformClient(platform.Url, TlsTrust.TryLoad(ca, out _)!, null, TimeProvider.System);
        foreach (var request in Requests(client).Take(requests))
        {
            isHostile = true;
            Assert.NotEqual(202, await StatusAsync(request));
            isHostile = false;
            // A connection that the other side is just closing costs one more attempt.
            await Poll.UntilAsync("the next request to work", TimeSpan.FromSeconds(60),
                async () => await StatusAsync(Requests(requests > 1 ? client : patient).First()) == 202);
        }
        Assert.False(_bystander.WasTouched);
        Assert.InRange(platform.Written, 0, MostBytes);
        Assert.All(platform.Heads, head => Assert.StartsWith("POST /api/agent/", head, StringComparison.Ordinal));
        Assert.All(platform.Heads, head => Assert.DoesNotContain("cookie", head, StringComparison.OrdinalIgnoreCase));
    }

    private static IEnumerable<Func<Task<PlatformAnswer>>> Requests(PlatformClient client)
    {
        var report = new SpoolRecord(1, 1, Encoding.UTF8.GetBytes("{\"at\":1,\"values\":{\"cpu.usage\":1}}"), 0);
        var line = new SpoolRecord(1, 1, (byte[])[0, 0, 0, 0, .. Encoding.UTF8.GetBytes("{\"at\":1,\"source\":\"s\",\"text\":\"t\"}")], 0);
        var (token, none) = (TestTokens.Parsed(), CancellationToken.None);
        yield return () => client.PostBatchAsync(token, BatchKind.Metrics, BatchId.Draw(), [report], TimeSpan.Zero, none);
        yield return () => client.PostBatchAsync(token, BatchKind.Logs, BatchId.Draw(), [line], TimeSpan.Zero, none);
        yield return () => client.PollSignedAsync(token, "/api/agent/commands/poll", "{}"u8.ToArray(), TimeSpan.Zero, TimeSpan.Zero, none);
        yield return () => client.PostSignedAsync(token, "/api/agent/backups/list", "{}"u8.ToArray(), TimeSpan.Zero, none);
    }

    // 0: no answer.
    private static async Task<int> StatusAsync(Func<Task<PlatformAnswer>> request)
    {
        try
        {
            return (await request()).Status;
        }
        catch (ConnectionFaultException fault)
        {
            Assert.NotEmpty(fault.Fault.NextStep);
            Assert.DoesNotContain("hat_", fault.ToString(), StringComparison.Ordinal);
            return 0;
        }
    }

    private static Dictionary<string, Func<RawRequest, Task>> Quick(int elsewhere)
    {
        var answers = new Dictionary<string, Func<RawRequest, Task>>
        {
            ["a body without end"] = async request =>
            {
                await request.WriteAsync(RawPlatform.Ascii("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
                await request.WriteForEverAsync(RawPlatform.Ascii($"10000\r\n{new string('x', 0x10000)}\r\n"));
            },
            ["a body without a length and without end"] = async request =>
            {
                await request.WriteAsync(RawPlatform.Ascii("HTTP/1.1 200 OK\r\n\r\n"));
                await request.WriteForEverAsync(new byte[64 << 10]);
            },
            ["headers without end"] = async request =>
            {
                await request.WriteAsync(RawPlatform.Ascii("HTTP/1.1 200 OK\r\n"));
                await request.WriteForEverAsync(RawPlatform.Ascii($"X-More: {new string('x', 1000)}\r\n"));
            },
            ["trailers without end"] = async request =>
            {
                await request.WriteAsync(RawPlatform.Ascii("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"));
                await request.WriteForEverAsync(RawPlatform.Ascii($"X-More: {new string('x', 1000)}\r\n"));
            },
            ["a chunk's extension without end"] = async request =>
            {
                await request.WriteAsync(RawPlatform.Ascii("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;"));
                await request.WriteForEverAsync(RawPlatform.Ascii(new string('x', 1000)));
            },
            ["a connection that ends within the body"] = async request =>
            {
                await request.WriteAsync(RawPlatform.Ascii("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"));
                await RawRequest.HangUp();
            },
            ["nothing but the end of the connection"] = _ => RawRequest.HangUp(),
        };
        foreach (var status in new[] { 300, 301, 302, 303, 305, 307, 308 })
        {
            answers[$"a redirect with {status} to elsewhere"] = Text(
                $"HTTP/1.1 {status} Go\r\nLocation: https://127.0.0.1:{elsewhere}/x\r\nContent-Length: 0\r\n\r\n");
        }
        foreach (var (name, text) in Texts(elsewhere)) answers[name] = Text(text);
        return answers;
    }

    private static IEnumerable<(string Name, string Text)> Texts(int elsewhere)
    {
        foreach (var place in new[] { "http://127.0.0.1:{0}/x", "https://a:b@127.0.0.1:{0}/", "//127.0.0.1:{0}/x" })
        {
            var location = place.Replace("{0}", $"{elsewhere}", StringComparison.Ordinal);
            yield return ($"a redirect to {place}", $"HTTP/1.1 307 Go\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        }
        yield return ("other services elsewhere",
            $"HTTP/1.1 200 OK\r\nAlt-Svc: h2=\"127.0.0.1:{elsewhere}\", h3=\"127.0.0.1:{elsewhere}\"\r\nContent-Length: 0\r\n\r\n");
        yield return ("other services and a later redirect",
            $"HTTP/1.1 200 OK\r\nRefresh: 0; url=https://127.0.0.1:{elsewhere}/\r\nLink: <https://127.0.0.1:{elsewhere}/>; rel=preload\r\n"
            + "Content-Length: 0\r\n\r\n");
        yield return ("a length beyond all memory", "HTTP/1.1 200 OK\r\nContent-Length: 9000000000000000000\r\n\r\nx");
        yield return ("a length below nothing", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nx");
        yield return ("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 50000\r\n\r\nx");
        yield return ("a chunk beyond all memory", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nx");
        yield return ("no HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n");
        yield return ("an unknown version", "HTTP/9.9 202 Accepted\r\nContent-Length: 0\r\n\r\n");
        yield return ("a status of no kind", "HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n");
        yield return ("another protocol", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
        yield return ("a demand for the host's password",
            "HTTP/1.1 401 No\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\nWWW-Authenticate: Basic\r\n"
            + "Content-Length: 0\r\n\r\n");
        yield return ("a demand for the proxy's password",
            "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");
        yield return ("a cookie", "HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 0\r\n\r\n");
        yield return ("a wait of a lifetime", "HTTP/1.1 503 Busy\r\nRetry-After: 99999999999999999999\r\nContent-Length: 0\r\n\r\n");
        yield return ("a date of another age", "HTTP/1.1 503 Busy\r\nDate: Fri, 31 Dec 9999 23:59:59 GMT\r\nContent-Length: 0\r\n\r\n");
        yield return ("an answer that says to go on, and a refusal",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n");
    }

    private static readonly Dictionary<string, Func<RawRequest, Task>> Slow = new()
    {
        ["silence"] = request => Task.Delay(Timeout.Infinite, request.Stop),
        ["a head that trickles"] = async request =>
        {
            await request.WriteAsync(RawPlatform.Ascii("HTTP/1.1 200 OK\r\nX-More: "));
            await request.WriteForEverAsync(RawPlatform.Ascii("x"), TimeSpan.FromMilliseconds(100));
        },
        ["a body that trickles"] = async request =>
        {
            await request.WriteAsync(RawPlatform.Ascii("HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n"));
            await request.WriteForEverAsync(RawPlatform.Ascii("x"), TimeSpan.FromMilliseconds(100));
        },
        ["a body that does not come"] = request =>
            request.WriteAsync(RawPlatform.Ascii("HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")),
        ["provisional answers without end"] = request =>
            request.WriteForEverAsync(RawPlatform.Ascii("HTTP/1.1 100 Continue\r\n\r\n"), TimeSpan.FromMilliseconds(1)),
    };

    private static Func<RawRequest, Task> Text(string text) => async request =>
    {
        await request.WriteAsync(RawPlatform.Ascii(text));
        await RawRequest.HangUp();
    };
}
