using System.Net;
using System.Net.Sockets;
using HostAtlas.TestSupport.Clients;

namespace HostAtlas.TestSupport.Processes;

/// <summary>Whether a process that serves HTTP has come as far as answering: the condition of every start.</summary>
internal static class FirstAnswer
{
    /// <summary>Asks once; <see cref="InvalidOperationException"/> with the process' words when it has ended instead.</summary>
    /// <param name="process">What was started.</param>
    /// <param name="name">What it is called in a fault.</param>
    /// <param name="url">Where it is to answer.</param>
    /// <param name="data">Its data folder, with the authority to trust.</param>
    public static async Task<bool> HasComeAsync(ChildProcess process, string name, Uri url, string data)
    {
        if (process.HasExited) throw new InvalidOperationException($"The {name} ended during its start. It said:\n{process.LastWords}");
        var authority = Path.Combine(data, "ca.pem");
        if (!File.Exists(authority)) return false;
        try
        {
            using var client = PlatformTrust.NewHttpClient(url, authority);
            using var answer = await client.GetAsync(new Uri("/api/session", UriKind.Relative));
            return answer.StatusCode == HttpStatusCode.Unauthorized;
        }
        catch (Exception away) when (away is HttpRequestException or SocketException)
        {
            return false; // It does not listen yet, or was killed a moment ago.
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return false; // ca.pem is being written.
        }
    }
}
