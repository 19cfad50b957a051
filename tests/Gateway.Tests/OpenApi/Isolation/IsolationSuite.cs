using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using HostAtlas.Gateway.OpenApi;
using HostAtlas.Gateway.Tests.Hosting;
using HostAtlas.Gateway.Tests.Ingest.Backups;
using HostAtlas.TestSupport.Description;

namespace HostAtlas.Gateway.Tests.OpenApi.Isolation;

/// <summary>
/// Another team's id answers exactly like one that does not exist: at every place of every operation of the description that takes an id,
/// for every caller, in status, body, headers and time. One subclass a store.
/// </summary>
public abstract partial class IsolationSuite : IAsyncLifetime
{
    private static readonly ApiDescription Description = new(OpenApiDocument.Build());

    // X-Team is the same everywhere and stands in no form.
    private static readonly (DescribedOperation Operation, CallForm Form, string Place)[] Places =
    [
        .. from operation in Description.Operations
           where CallForm.All.ContainsKey(operation.Id)
           from place in IdPlaces.Of(Description, operation)
           select (operation, CallForm.All[operation.Id], place),
    ];

    private TestPlatform _platform = null!;
    private HttpClient _http = null!;
    private TeamUnderTest _mine = null!, _theirs = null!, _others = null!;

    // What takes an id makes it its team's own, which would show afterwards: so it has a team for itself.
    private TeamUnderTest _taking = null!;

    /// <summary>A platform on the store.</summary>
    private protected abstract Task<TestPlatform> StartAsync();

    public async Task InitializeAsync()
    {
        _platform = await StartAsync();
        _http = _platform.NewHttpClient();
        _mine = await TeamUnderTest.FoundAsync(_platform, _http);
        _theirs = await TeamUnderTest.FoundAsync(_platform, _http);
        _others = await TeamUnderTest.FoundAsync(_platform, _http);
        _taking = await TeamUnderTest.FoundAsync(_platform, _http);
    }

    public virtual async Task DisposeAsync()
    {
        _http.Dispose();
        await _platform.DisposeAsync();
    }

    [Fact]
    public async Task Another_teams_id_answers_like_one_that_does_not_exist_and_takes_as_long()
    {
        await AnswersAreTheSameAsync();
        await TimesAreTheSameAsync();
        // It was there all the while, untouched.
        await _theirs.MustAsync("GET", $"/api/servers/{_theirs.Ids["server"]}");
        await _theirs.MustAsync("GET", "/api/servers", caller: "key");
    }

    private async Task AnswersAreTheSameAsync()
    {
        foreach (var (operation, form, place) in Places)
        {
            var kind = place == "header:X-Team" ? "team" : form.Kinds[place];
            foreach (var caller in CallersOf(operation))
            {
                var nothing = await SeenAsync(operation, form, place, BackupClient.NewId(), caller);
                // The owner tries whatever the others have, everybody else what belongs there.
                var ids = _theirs.Ids.Concat(_others.Ids).Where(id => id.Key == kind || caller is "owner" or "agent");
                foreach (var (ofKind, id) in ids)
                {
                    var foreign = await SeenAsync(operation, form, place, id, caller);
                    Assert.True(nothing == foreign, $"{operation} by {caller}, {place} = {ofKind}:\n{nothing}\n---\n{foreign}");
                }
                // A query's id only narrows what is listed.
                var refused = nothing[0] == '4' || form.Takes || place.StartsWith("query:", StringComparison.Ordinal);
                Assert.True(refused, $"{operation} by {caller}, {place}: {nothing}");
            }
        }
    }

    private async Task TimesAreTheSameAsync()
    {
        foreach (var (operation, form, place) in Places)
        {
            var kind = place == "header:X-Team" ? "team" : form.Kinds[place];
            var caller = CallersOf(operation)[0];
            var differs = true;
            // A real difference shows each time; what a busy machine does to one round, it does not do to three.
            for (var attempt = 0; attempt < 3 && differs; attempt++) differs = await DiffersAsync(operation, form, place, kind, caller);
            Assert.False(differs, $"{operation} by {caller}, {place}: the time tells another team's {kind} from none.");
        }
    }

    /// <summary>
    /// Pairs in turn, each with the other one first. No assumption on how times are spread: by chance all of 12 pairs lean to one side once
    /// in 2,000 times. And a lean that could not be seen over a network is none.
    /// </summary>
    private async Task<bool> DiffersAsync(DescribedOperation operation, CallForm form, string place, string kind, string caller)
    {
        const int pairs = 12;
        var (foreign, nothing) = (new List<double>(pairs), new List<double>(pairs));
        for (var pair = 0; pair < pairs; pair++)
        {
            var theirs = (pair % 2 == 0 ? _theirs : _others).Ids[kind];
            if (pair % 4 < 2) foreign.Add(await TimeAsync(operation, form, place, theirs, caller));
            nothing.Add(await TimeAsync(operation, form, place, BackupClient.NewId(), caller));
            if (pair % 4 >= 2) foreign.Add(await TimeAsync(operation, form, place, theirs, caller));
        }
        var slower = foreign.Zip(nothing, (one, other) => one > other).Count(slow => slow);
        var (theirTime, noTime) = (Median(foreign), Median(nothing));
        return slower is 0 or pairs && Math.Abs(theirTime - noTime) > Math.Max(1, 0.3 * Math.Min(theirTime, noTime));
    }

    private async Task<double> TimeAsync(DescribedOperation operation, CallForm form, string place, string id, string caller)
    {
        using var request = Request(operation, form, place, id, caller);
        var start = Stopwatch.GetTimestamp();
        using var answer = await _http.SendAsync(request);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private async Task<string> SeenAsync(DescribedOperation operation, CallForm form, string place, string id, string caller)
    {
        using var request = Request(operation, form, place, id, caller);
        using var answer = await _http.SendAsync(request);
        var headers = answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated)
            .Where(header => header.Key.ToLowerInvariant() is not ("date" or "x-request-id"))
            .Select(header => $"{header.Key}: {header.Value}");
        var body = await answer.Content.ReadAsStringAsync();
        // Times differ in length as in value; the length of a body that is compared anyway tells nothing more.
        var length = $"Content-Length: {Encoding.UTF8.GetByteCount(body)}";
        headers = headers.Select(header => header == length ? "Content-Length: (the body's)" : header);
        // What the caller itself named is named again in the answer, in a ticket's address too, and nothing else of it may differ.
        return Moving().Replace(
            $"{(int)answer.StatusCode}\n{string.Join('\n', headers)}\n\n{body}".Replace(id, "(the id)", StringComparison.Ordinal), "$1…");
    }

    private HttpRequestMessage Request(DescribedOperation operation, CallForm form, string place, string id, string caller)
    {
        var mine = form.Takes ? _taking : _mine;
        string IdAt(string at) => at == place ? id : at == "body:/snapshot" || at.StartsWith("body:/objects", StringComparison.Ordinal)
            ? BackupClient.NewId() : mine.Ids[form.Kinds[at]];
        var path = Regex.Replace(operation.Path, @"\{(\w+)\}", match => match.Groups[1].Value == "kind"
            ? "packs" : IdAt("path:" + match.Groups[1].Value));
        if (place.StartsWith("query:", StringComparison.Ordinal)) path += $"?{place["query:".Length..]}={id}";
        if (operation.Security.Contains("ticket")) return OfTicket(operation, place, id);
        var body = form.Body is null ? null : Regex.Replace(form.Body, @"\{\{(\S+?)\}\}", match => match.Groups[1].Value == "request"
            ? BackupClient.NewId() : IdAt("body:" + match.Groups[1].Value));
        if (operation.Security.Contains("agent"))
            return TestPlatform.Signed(mine.AgentToken, Encoding.UTF8.GetBytes(body ?? "{}"), path: path);
        var request = mine.Request(operation.Method, path, body, caller);
        if (place == "header:X-Team") request.Headers.Add("X-Team", id);
        return request;
    }

    /// <summary>An own ticket whose address was bent to something else.</summary>
    private HttpRequestMessage OfTicket(DescribedOperation operation, string place, string id)
    {
        var target = operation.Method == "PUT" ? _mine.Tickets.Put : _mine.Tickets.Get;
        var parts = target.Split('/', '?');
        var part = parts[Array.IndexOf(operation.Path.Split('/'), $"{{{place["path:".Length..]}}}")];
        var request = new HttpRequestMessage(
            new HttpMethod(operation.Method), new Uri(target.Replace(part, id, StringComparison.Ordinal), UriKind.Relative));
        if (operation.Method == "PUT") request.Content = new ByteArrayContent(new byte[5_000]);
        return request;
    }

    private static IReadOnlyList<string> CallersOf(DescribedOperation operation) =>
        operation.Security.Contains("agent") || operation.Security.Contains("ticket") ? ["agent"] : TeamUnderTest.Callers;

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    [GeneratedRegex("""(signature=|expires=|"(?:expires|issued|ended)At":")[0-9a-fT:.+-]+""")]
    private static partial Regex Moving();
}
