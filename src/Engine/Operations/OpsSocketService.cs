using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using HostAtlas.Engine.Cluster;
using HostAtlas.Shared.Ids;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HostAtlas.Engine.Operations;

/// <summary>
/// Listens on <c>DATA/ops.sock</c>. The folder's lock is held when this starts, so a socket file that is there belongs to nobody any more
/// and is replaced. The mode is set between bind and listen: there is no moment in which others could connect.
/// </summary>
internal sealed class OpsSocketService(EngineOptions options, Func<OpsPlatform> platform, ILogger<OpsSocketService> log) : BackgroundService
{
    private const int MostAtOnce = 8;
    private static readonly TimeSpan RequestWithin = TimeSpan.FromSeconds(10);

    private readonly string _path = OpsSocket.PathIn(options.DataDirectory);
    private readonly SemaphoreSlim _places = new(MostAtOnce);
    private Socket? _listener;

    /// <inheritdoc />
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        UnixDomainSocketEndPoint address;
        try
        {
            address = new UnixDomainSocketEndPoint(_path);
        }
        catch (ArgumentOutOfRangeException tooLong)
        {
            throw new IOException(
                $"{_path} is too long for a Unix socket (about 100 characters). Name a data folder with a shorter path.", tooLong);
        }
        File.Delete(_path);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(address);
        File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        listener.Listen(MostAtOnce);
        _listener = listener;
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var open = new HashSet<Task>();
        try
        {
            while (true)
            {
                await _places.WaitAsync(stoppingToken).ConfigureAwait(false);
                var connection = await _listener!.AcceptAsync(stoppingToken).ConfigureAwait(false);
                open.RemoveWhere(task => task.IsCompleted);
                open.Add(ServeAsync(connection, stoppingToken));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAll(open).ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        Dispose();
        File.Delete(_path);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _listener?.Dispose();
        base.Dispose();
    }

    private async Task ServeAsync(Socket connection, CancellationToken stopping)
    {
        // Off the accepting loop at once: a verb must not hold up the next caller.
        await Task.Yield();
        try
        {
            await using var stream = new NetworkStream(connection, ownsSocket: true);
            var answer = await AnswerAsync(stream, AuthorOf(connection), stopping).ConfigureAwait(false);
            if (answer is null) return;
            byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(answer, OpsJson.Default.OpsAnswer), (byte)'\n'];
            await stream.WriteAsync(line, stopping).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException)
        {
            // The caller went away or the platform stops: there is nobody left to tell.
            log.LogDebug(gone, "An operator's connection ended early.");
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>
    /// The account of the process at the other end: <c>SO_PEERCRED</c> gives pid, uid, gid as of connect (man 7 unix), 4 bytes each.
    /// </summary>
    private static Author AuthorOf(Socket connection)
    {
        const int SolSocket = 1, SoPeerCred = 17;
        Span<byte> credentials = stackalloc byte[12];
        connection.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
        return Author.OfOperator(string.Create(CultureInfo.InvariantCulture, $"uid {MemoryMarshal.Read<uint>(credentials[4..])}"));
    }

    private async Task<OpsAnswer?> AnswerAsync(Stream stream, Author by, CancellationToken stopping)
    {
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            patience.CancelAfter(RequestWithin);
            var line = await OpsSocket.ReadLineAsync(stream, OpsSocket.RequestBytes, patience.Token).ConfigureAwait(false);
            if (line is null) return null;
            var request = JsonSerializer.Deserialize(line, OpsJson.Default.OpsRequest) ?? throw new JsonException("null");
            // Of a team whose keys are destroyed no log is left: this line is what tells who did it.
            log.LogInformation("An operator ({Account}) runs '{Verb}'{Team}.", by.Name,
                OpsVerbs.Find(request.Verb)?.Name ?? "an unknown verb",
                ResourceId.TryParse<TeamId>(request.Argument("team"), out var team) ? $" for the team {team}" : "");
            return await OpsVerbs.RunAsync(platform, request with { By = by }, stopping).ConfigureAwait(false);
        }
        catch (JsonException)
        {
            return OpsAnswer.WrongUsage("The request is one line of JSON: {\"verb\":\"help\",\"args\":{}}");
        }
        catch (InvalidDataException tooLong)
        {
            return OpsAnswer.WrongUsage(tooLong.Message);
        }
        catch (Exception fault) when (fault is not (OperationCanceledException or IOException or SocketException))
        {
            log.LogError(fault, "An operator's verb failed.");
            return OpsAnswer.Failed("The platform could not do it; its log says why.");
        }
    }
}
