using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Running;
using HostAtlas.Agent.Spool;
using HostAtlas.Agent.Uplink;
using HostAtlas.Shared;
using HostAtlas.Shared.Ids;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.CommandLine;

/// <summary>
/// Getting a credential into STATE: it is written only after the platform took a first real report that was signed with it, so a wrong
/// paste never replaces a token that works.
/// </summary>
internal sealed class Enrollment(StateFolder state, PlatformClient client, AgentSurroundings around, Uri platform)
{
    private const int Attempts = 4;
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(5);

    /// <summary>Takes a token that a person made on the platform.</summary>
    public async Task<EnrollmentOutcome> WithTokenAsync(string pasted, CancellationToken stop)
    {
        var token = AgentToken.TryParse(pasted, out var fault) ?? throw new VerbFailedException(ExitCode.Usage, fault);
        var existing = Existing();
        if (existing?.Reveal() == token.Reveal()) return new EnrollmentOutcome(token.Server, Changed: false);
        if (existing is not null && existing.Server != token.Server) throw Another(existing, "this token is another's");
        await ProveAsync(token, stop);
        state.WriteToken(token);
        return new EnrollmentOutcome(token.Server, Changed: true);
    }

    /// <summary>
    /// Makes the server too. On a host whose token still works this changes nothing: provisioning that runs daily would otherwise make a
    /// server a day.
    /// </summary>
    public async Task<EnrollmentOutcome> WithApiKeyAsync(string apiKey, string name, CancellationToken stop)
    {
        if (!apiKey.StartsWith("hak_", StringComparison.Ordinal) || apiKey.Any(c => c is <= ' ' or > '~'))
            throw new VerbFailedException(ExitCode.Usage, "this is no API key; an API key begins with hak_");
        if (name.Trim().Length is < 1 or > Limits.NameLength)
            throw new VerbFailedException(ExitCode.Usage, $"--name: a server's name has 1 to {Limits.NameLength} characters");
        if (Existing() is { } existing)
            return await IsAcceptedAsync(existing, stop)
                ? new EnrollmentOutcome(existing.Server, Changed: false)
                : throw Another(existing, "its token is not accepted any more; make a new one for it and use --token-file");

        var answer = await AskAsync(() => client.CreateServerAsync(apiKey, name, stop), stop);
        if (answer.Status != 201) throw new VerbFailedException(ExitCode.Failed, Refusal(answer, name));
        var token = AgentToken.TryParse(Created(answer).Token, out var fault)
            ?? throw new VerbFailedException(ExitCode.Failed, $"the platform's answer holds no token ({fault})");
        // Shown once: on the disk before anything else can fail.
        state.WriteToken(token);
        await ProveAsync(token, stop);
        return new EnrollmentOutcome(token.Server, Changed: true);
    }

    // What waits in the spool was measured as one server, perhaps of another team: it never travels under another's name.
    private static VerbFailedException Another(AgentToken existing, string why) => new(ExitCode.Failed,
        $"this state belongs to server {existing.Server}, and {why}. To make this host another server, name a new folder with --state, "
        + "or remove this one together with the reports that wait in it");

    // A token file that was spoilt is no reason to refuse a new one.
    private AgentToken? Existing()
    {
        try
        {
            return state.ReadToken();
        }
        catch (StateFaultException)
        {
            return null;
        }
    }

    private static ServerCreated Created(PlatformAnswer answer)
    {
        try
        {
            if (JsonSerializer.Deserialize(answer.Body.Span, WireJson.Default.ServerCreated) is { Token: not null } created) return created;
        }
        catch (JsonException)
        {
            // Falls through to the one sentence for both.
        }
        throw new VerbFailedException(ExitCode.Failed, "the platform's answer cannot be read; is it of another version?");
    }

    private static string Refusal(PlatformAnswer answer, string name) => answer switch
    {
        { Status: 401 } => "the platform rejects the API key; it was deleted, or it belongs to another platform",
        { Status: 403, Slug: ProblemSlug.PlanLimitReached } =>
            "the team's plan has no room for another server; remove one or change the plan",
        { Status: 403 } => "the API key may not make servers; it needs the scope servers:enroll",
        { Status: 409 } => $"the team has a server named {name} already; choose another name, "
            + "or make a token for that server and use --token-file",
        { Status: 422 } => $"the platform does not take this name: {answer.Detail}",
        _ => AnswerFault.Of(answer).ToString(),
    };

    private async Task<bool> IsAcceptedAsync(AgentToken token, CancellationToken stop)
    {
        var answer = await FirstReportAsync(token, stop);
        if (answer.Status is not (202 or 401)) throw new VerbFailedException(ExitCode.Failed, AnswerFault.Of(answer).ToString());
        return answer.Status == 202;
    }

    private async Task ProveAsync(AgentToken token, CancellationToken stop)
    {
        var answer = await FirstReportAsync(token, stop);
        if (answer.Status == 202) return;
        throw new VerbFailedException(ExitCode.Failed, answer is { Status: 401, Slug: not ProblemSlug.TimestampOutsideWindow }
            ? $"{platform.Authority} rejects this token: it was replaced or revoked, the server was deleted, "
                + "or it belongs to another platform; make a new one there"
            : AnswerFault.Of(answer).ToString());
    }

    // A first real report: the only way to know that all of address, certificate, clock, token and signature are right.
    private async Task<PlatformAnswer> FirstReportAsync(AgentToken token, CancellationToken stop)
    {
        var at = around.Time.GetUtcNow();
        var level = new SpoolLevel(0, 0, 0, SpoolGap.None, 0, 0);
        var payload = ReportWriter.Write(at, around.NewCollector().Collect(), level);
        var report = new SpoolRecord(1, at.ToUnixTimeMilliseconds(), payload, payload.Length);
        var batch = BatchId.Draw();
        var answer = await AskAsync(() => client.PostBatchAsync(token, BatchKind.Metrics, batch, [report], TimeSpan.Zero, stop), stop);
        if (answer is not { Status: 401, Slug: ProblemSlug.TimestampOutsideWindow, ClockReading: { } offset }) return answer;
        await around.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"hostatlas-agent: warning: this host's clock is {Math.Abs(offset.TotalSeconds):0} s "
                + $"{(offset > TimeSpan.Zero ? "behind" : "ahead of")} the platform's; set it right"));
        return await AskAsync(() => client.PostBatchAsync(token, BatchKind.Metrics, batch, [report], offset, stop), stop);
    }

    private async Task<PlatformAnswer> AskAsync(Func<Task<PlatformAnswer>> request, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            PlatformAnswer answer;
            try
            {
                answer = await request();
            }
            catch (ConnectionFaultException exception)
            {
                throw new VerbFailedException(ExitCode.Failed, exception.Fault.ToString());
            }
            if (answer.Status is not (429 or 503) || attempt == Attempts) return answer;
            var asked = Backoff.Delay(answer.RetryAfter ?? TimeSpan.FromSeconds(1), around.Random());
            await Task.Delay(asked < PauseMax ? asked : PauseMax, around.Time, stop);
        }
    }
}

/// <summary>What an enrolment came to.</summary>
internal sealed record EnrollmentOutcome(ServerId Server, bool Changed)
{
    public string Write(string url, bool json) => json
        ? JsonSerializer.Serialize(new EnrollmentJson(Enrolled: true, Server, url, Changed), EnrollmentJsonContext.Default.EnrollmentJson)
        : Changed
            ? $"Enrolled as server {Server} at {url}; it has this host's first report. "
                + "Next: systemctl start hostatlas-agent, or hostatlas-agent run."
            : $"Already enrolled as server {Server} at {url}; nothing changed.";
}

internal sealed record EnrollmentJson(bool Enrolled, ServerId Server, string Url, bool Changed);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(EnrollmentJson))]
internal sealed partial class EnrollmentJsonContext : JsonSerializerContext;
