using System.Net.Sockets;
using System.Text.Json;

namespace HostAtlas.Engine.Operations;

/// <summary>The other end of <c>ops.sock</c>: sends one request to a running platform.</summary>
public static class OpsClient
{
    /// <summary>The platform's answer, or an answer of exit 1 that says why there is none and what to do.</summary>
    public static async Task<OpsAnswer> SendAsync(string dataDirectory, OpsRequest request, CancellationToken cancellation)
    {
        var path = OpsSocket.PathIn(dataDirectory);
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
            await using var stream = new NetworkStream(socket);
            byte[] asked = [.. JsonSerializer.SerializeToUtf8Bytes(request, OpsJson.Default.OpsRequest), (byte)'\n'];
            await stream.WriteAsync(asked, cancellation).ConfigureAwait(false);
            var line = await OpsSocket.ReadLineAsync(stream, OpsSocket.AnswerBytes, cancellation).ConfigureAwait(false);
            return line is null || JsonSerializer.Deserialize(line, OpsJson.Default.OpsAnswer) is not { } answer
                ? OpsAnswer.Failed("The platform ended before it answered. Look at its log, then try again.")
                : answer;
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.AccessDenied)
        {
            return OpsAnswer.Failed($"{path} is not yours to open. Run this as the user that runs the platform.");
        }
        catch (SocketException)
        {
            var folder = Path.GetDirectoryName(path);
            return OpsAnswer.Failed($"No platform answers at {path}. Start it with: HostAtlas.Gateway serve --data {folder}\n"
                + "Or name the data folder of the one that runs with --data.");
        }
        catch (ArgumentOutOfRangeException)
        {
            return OpsAnswer.Failed($"{path} is too long for a Unix socket (about 100 characters).");
        }
        catch (Exception broken) when (broken is IOException or JsonException)
        {
            return OpsAnswer.Failed($"What answers at {path} does not speak as a platform does: {broken.Message}");
        }
    }
}
