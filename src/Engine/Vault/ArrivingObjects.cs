using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Engine.Vault;

/// <summary>
/// Objects on their way through this process: hashed while they arrive in a folder of their own, and given to the vault only when they are
/// whole and as announced. Memory holds a buffer an object, never the object.
/// </summary>
internal sealed class ArrivingObjects
{
    private const int BufferBytes = 128 * 1024;
    private const int NoSpace = 28, FileTooLarge = 27, OverQuota = 122;

    private readonly string _folder;
    private readonly ConcurrentDictionary<VaultKey, CancellationTokenSource> _arriving = new();

    /// <summary>
    /// Prepares <c>DATA/incoming</c>. When an engine starts, what lies there is of a process that is no more (one engine at a time holds
    /// the data folder): it never got its name, so nobody was told that it is there. A gateway beside it does not clear
    /// (<paramref name="clears"/>); what one receives while its engine starts is answered as not kept.
    /// </summary>
    public ArrivingObjects(string dataDirectory, bool clears)
    {
        var data = Path.GetFullPath(dataDirectory);
        _folder = Path.Combine(data, "incoming");
        DurableFolder.Make(data, _folder);
        if (!clears) return;
        foreach (var dead in Directory.EnumerateFiles(_folder)) File.Delete(dead);
    }

    /// <summary>
    /// Takes an object's bytes and gives the file that holds them to <paramref name="keep"/>, once <paramref name="mayKeep"/> agrees. The
    /// file is gone when this returns.
    /// </summary>
    /// <param name="key">Whose bytes they are.</param>
    /// <param name="form">What they must be.</param>
    /// <param name="body">The bytes.</param>
    /// <param name="settle">What can be done with the file before anybody is asked; null for nothing.</param>
    /// <param name="mayKeep">Asked when all of them are there and right.</param>
    /// <param name="keep">Stores the file under its key; it ends by itself, not by a cancellation.</param>
    /// <param name="cancellation">Ends the arrival.</param>
    public async Task<PutOutcome> TakeAsync(VaultKey key, ObjectForm form, Stream body, Func<string, Task>? settle,
        Func<CancellationToken, Task<bool>> mayKeep, Func<string, Task<PutOutcome>> keep, CancellationToken cancellation)
    {
        using var own = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // One file an object: whoever opens its ticket a thousand times fills no disk. The newest wins, because the one before it may be a
        // connection that died and does not know it yet.
        _arriving.AddOrUpdate(key, own, (_, earlier) =>
        {
            Cancel(earlier);
            return own;
        });
        var temporary = Path.Combine(_folder, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
        try
        {
            if (await ReceiveAsync(temporary, form, body, own.Token).ConfigureAwait(false) is var received and not PutOutcome.Stored)
                return received;
            if (settle is not null) await settle(temporary).ConfigureAwait(false);
            if (!await mayKeep(own.Token).ConfigureAwait(false)) return PutOutcome.NotKept;
            // From here on nobody overtakes it: an object that is being stored when it is broken off may be there or not.
            return _arriving.TryRemove(KeyValuePair.Create(key, own)) ? await keep(temporary).ConfigureAwait(false) : PutOutcome.Overtaken;
        }
        catch (IOException fault) when (fault.HResult is NoSpace or FileTooLarge or OverQuota)
        {
            return PutOutcome.Full;
        }
        catch (OperationCanceledException) when (own.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return PutOutcome.Overtaken;
        }
        finally
        {
            _arriving.TryRemove(KeyValuePair.Create(key, own));
            File.Delete(temporary);
        }
    }

    private static async Task<PutOutcome> ReceiveAsync(
        string temporary, ObjectForm form, Stream body, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            // Written by plain calls: an asynchronous file on Linux is the same call on another thread of the pool, and two hops for it.
            using var file = new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                BufferSize = 0,
            });
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var length = 0L;
            var whole = buffer.AsMemory(0, BufferBytes);
            // A connection gives what one record of TLS held; a buffer is filled before it is hashed and written.
            while (await body.ReadAtLeastAsync(whole, BufferBytes, throwOnEndOfStream: false, cancellation).ConfigureAwait(false)
                is var read and > 0)
            {
                if ((length += read) > form.Size) return PutOutcome.WrongSize;
                hash.AppendData(buffer, 0, read);
                file.Write(buffer, 0, read);
            }
            if (length != form.Size) return PutOutcome.WrongSize;
            return hash.GetHashAndReset().AsSpan().SequenceEqual(form.Sha256) ? PutOutcome.Stored : PutOutcome.WrongHash;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void Cancel(CancellationTokenSource earlier)
    {
        try
        {
            earlier.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }
}
