using System.Security.Cryptography;
using HostAtlas.Engine.Vault;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Vault;

/// <summary>Bytes that stand for a sealed object: the platform cannot tell them from one.</summary>
internal static class Sealed
{
    public static byte[] Object(string name, int length = 70_000)
    {
        var bytes = new byte[length];
        new Random(BitConverter.ToInt32(Named.Bytes(name))).NextBytes(bytes);
        return bytes;
    }

    public static ObjectForm FormOf(byte[] bytes) => new(bytes.Length, SHA256.HashData(bytes));

    public static ObjectName Name(string name, ObjectKind kind = ObjectKind.Pack) => new(kind, Named.Id<ObjectId>(name));

    public static VaultKey Key(string name, ObjectKind kind = ObjectKind.Pack) =>
        new(Named.Id<TeamId>("team"), Named.Id<ServerId>("server"), Name(name, kind));

    public static Task<bool> Always(CancellationToken cancellation) => Task.FromResult(true);

    /// <summary>A body that gives its bytes, and then what it is told to do.</summary>
    public sealed class Body(byte[] bytes, Func<CancellationToken, ValueTask<int>> then) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer[..Math.Min(buffer.Length, 1000)], cancellationToken) is var read and > 0 ? read
                : await then(cancellationToken);
    }
}
