using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;

namespace HostAtlas.Engine.Vault.S3;

/// <summary>What goes wrong with an S3 server, as the vault's callers know it: <see cref="IOException"/>, which passes.</summary>
internal static class S3Faults
{
    /// <summary>
    /// Does something with the server. Its refusals and its silence become an <see cref="IOException"/> that names what was done; whoever
    /// gave up himself sees that he did.
    /// </summary>
    public static async Task<T> TryAsync<T>(string what, Func<Task<T>> work, CancellationToken cancellation)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception fault) when (IsOfTheServer(fault) && !cancellation.IsCancellationRequested)
        {
            throw new IOException($"The S3 server failed {what}: {Worded(fault)}", fault);
        }
    }

    /// <summary>Whether the server answered with this status.</summary>
    public static bool Is(Exception fault, HttpStatusCode status) =>
        fault is AmazonServiceException answered && answered.StatusCode == status;

    /// <summary>Whether it is the server or the way to it that failed.</summary>
    public static bool IsOfTheServer(Exception fault) => fault is AmazonServiceException or AmazonClientException or HttpRequestException
        or SocketException or TimeoutException or OperationCanceledException or HttpIOException;

    private static string Worded(Exception fault) => fault is AmazonServiceException { StatusCode: not 0 } answered
        ? $"{(int)answered.StatusCode} {answered.ErrorCode}"
        : fault is OperationCanceledException or TimeoutException ? "it did not answer in time" : fault.GetBaseException().Message;
}
