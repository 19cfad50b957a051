using HostAtlas.Engine;
using HostAtlas.Engine.Backups;
using HostAtlas.Engine.Vault;
using HostAtlas.Gateway.Ingest;
using HostAtlas.Gateway.Problems;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.Vault;

/// <summary>
/// Puts and gets objects by ticket. Bytes go straight to and from the vault, never through a mailbox. No cookie and no token is looked at:
/// the ticket is the whole of the credential, and it is good for one object.
/// </summary>
internal sealed class VaultDoor(
    IVault vault, TicketOffice tickets, EngineClient engine, FailedCredentials failures, TimeProvider time, ILogger<VaultDoor> log)
{
    private const int BufferBytes = 128 * 1024;

    // The server's least rate is an average, which a fast start lets drop to nothing. 32 MiB in half an hour is 19 KiB a second.
    private static readonly TimeSpan ObjectArrivesWithin = TimeSpan.FromMinutes(30);

    /// <summary>Answers one request for an object. <paramref name="target"/>: path and query as sent.</summary>
    public Task HandleAsync(HttpContext http, VaultKey key, string target)
    {
        var isPut = HttpMethods.IsPut(http.Request.Method);
        if (!isPut && !HttpMethods.IsGet(http.Request.Method))
        {
            http.Response.Headers.Allow = "GET, PUT";
            return ProblemWriter.WriteAsync(http, ProblemSlug.MethodNotAllowed, "Use GET or PUT.");
        }
        if (http.Request.ContentLength > ObjectName.ObjectMaxBytes)
            return ProblemWriter.WriteAsync(http, ProblemSlug.TooLarge, "An object has at most 32 MiB.");
        var ticket = tickets.Inspect(http.Request.Method, target, time.GetUtcNow());
        if (!ticket.IsOurs) return RejectAsync(http);
        if (ticket.IsOver)
            return ProblemWriter.WriteAsync(http, ProblemSlug.CredentialsRejected, "The ticket's time is over. Ask for a new one.");
        if (vault is UnreachableVault) return SayUnreachableAsync(http);
        return ticket.Form is { } form ? PutAsync(http, key, form) : GetAsync(http, key);
    }

    private async Task PutAsync(HttpContext http, VaultKey key, ObjectForm form)
    {
        if (http.Request.Headers.ContentEncoding.Count > 0)
        {
            await ProblemWriter.WriteAsync(http, ProblemSlug.UnsupportedEncoding, "Send the object as it is.");
            return;
        }
        if (http.Request.ContentLength is { } announced && announced != form.Size)
        {
            await ProblemWriter.WriteAsync(http, ProblemSlug.InvalidContent, $"The ticket is for {form.Size} bytes.");
            return;
        }
        Refused? refused = null;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        deadline.CancelAfter(ObjectArrivesWithin);
        try
        {
            var outcome = await vault.PutAsync(key, form, http.Request.Body, async cancellation =>
            {
                refused = await engine.AskAsync(new AskToKeep(key.Team, key.Server), cancellation) as Refused;
                return refused is null;
            }, deadline.Token);
            await AnswerAsync(http, key, outcome, refused);
        }
        catch (IOException fault) when (fault is not BadHttpRequestException && !http.RequestAborted.IsCancellationRequested)
        {
            log.LogError(fault, "The vault could not keep {Object}", key);
            await ProblemWriter.WriteAsync(http, ProblemSlug.EngineBusy,
                "The vault does not answer; nothing was kept. Send the object again.");
        }
    }

    private static Task SayUnreachableAsync(HttpContext http) => ProblemWriter.WriteAsync(
        http, ProblemSlug.EngineBusy, "Objects are not kept at this address. Ask the engine's own address for tickets.", 60);

    private Task AnswerAsync(HttpContext http, VaultKey key, PutOutcome outcome, Refused? refused)
    {
        switch (outcome)
        {
            case PutOutcome.Stored:
                http.Response.StatusCode = StatusCodes.Status201Created;
                http.Response.ContentLength = 0;
                return Task.CompletedTask;
            case PutOutcome.Exists:
                return ProblemWriter.WriteAsync(http, ProblemSlug.Conflict, "There is an object of this name; it was left as it is.");
            case PutOutcome.Overtaken:
                return ProblemWriter.WriteAsync(http, ProblemSlug.Conflict, "The same object is being sent anew.");
            case PutOutcome.WrongSize:
                return ProblemWriter.WriteAsync(http, ProblemSlug.InvalidContent, "The object has another size than its ticket says.");
            case PutOutcome.WrongHash:
                return ProblemWriter.WriteAsync(http, ProblemSlug.InvalidContent, "The object has another SHA-256 than its ticket says.");
            case PutOutcome.NotKept when refused is not null:
                return ProblemWriter.WriteAsync(http, refused);
            case PutOutcome.Full:
                log.LogError("The vault's disk is full: {Object} was not kept", key);
                return ProblemWriter.WriteAsync(
                    http, ProblemSlug.EngineBusy, "The vault has no room now; nothing was kept. Its operator must make some.", 60);
            default:
                throw new InvalidOperationException($"The vault answered {outcome}.");
        }
    }

    private async Task GetAsync(HttpContext http, VaultKey key)
    {
        await using var stream = await vault.OpenAsync(key, http.RequestAborted);
        if (stream is null)
        {
            await ProblemWriter.WriteAsync(http, ProblemSlug.NotFound, "The vault does not have this object.");
            return;
        }
        http.Response.Headers.AcceptRanges = "bytes";
        var range = ByteRange.Read(http.Request.Headers.Range, stream.Length);
        if (range.IsBeyond)
        {
            http.Response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            http.Response.Headers.ContentRange = $"bytes */{stream.Length}";
            http.Response.ContentLength = 0;
            return;
        }
        http.Response.ContentType = "application/octet-stream";
        http.Response.ContentLength = range.Length;
        if (range.IsPart)
        {
            http.Response.StatusCode = StatusCodes.Status206PartialContent;
            http.Response.Headers.ContentRange = $"bytes {range.From}-{range.From + range.Length - 1}/{stream.Length}";
        }
        stream.Position = range.From;
        for (var left = range.Length; left > 0;)
        {
            var memory = http.Response.BodyWriter.GetMemory(BufferBytes);
            var read = await stream.ReadAsync(memory[..(int)Math.Min(memory.Length, left)], http.RequestAborted);
            if (read == 0) throw new EndOfStreamException($"{key} became shorter while it was read.");
            left -= read;
            http.Response.BodyWriter.Advance(read);
            await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        }
    }

    private Task RejectAsync(HttpContext http) => failures.TryCount(http.Connection.RemoteIpAddress)
        ? ProblemWriter.WriteAsync(http, ProblemSlug.CredentialsRejected, "This is no ticket of this platform.")
        : ProblemWriter.WriteAsync(
            http, ProblemSlug.RateLimited, "Too many rejected credentials came from this address. Wait a second, then try again.");
}
