using System.Buffers;
using System.Buffers.Binary;
using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Spool;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>An object that a run which never committed sent, or was about to send.</summary>
/// <param name="Name">The object.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Covers">Of an index: the packs it names.</param>
/// <param name="EntriesAt">Where in the journal the table of a pack lies.</param>
/// <param name="EntryCount">How many entries it has.</param>
internal sealed record JournalledObject(
    ObjectName Name, long SizeBytes, IReadOnlyList<ObjectId> Covers, long EntriesAt, int EntryCount)
{
    /// <summary>The vault acknowledged it; else only the platform can say whether it arrived.</summary>
    public bool Stored { get; set; }
}

/// <summary>
/// STATE/backup/journal: what was sent since the last commit. Each object's table is on the disk before its name is announced, so that
/// after a kill nothing that the vault has is sent again. It names chunks by their keyed ids and no file.
/// <code>
/// file   = "HAJ1" ‖ keyId 8 ‖ records          record = length u32 ‖ CRC-32C u32 ‖ kind u8 ‖ body        big-endian
/// object = 1 ‖ object kind u8 ‖ uuid 16 ‖ size u32 ‖ entry count u32 ‖ entries (49 each) ‖ pack count u32 ‖ pack uuids
/// stored = 2 ‖ object kind u8 ‖ uuid 16        lost = 3 ‖ object kind u8 ‖ uuid 16
/// </code>
/// A record that was cut by the kill ends the file. The tables stay on the disk and are read one by one: those of a first run over a
/// terabyte of small files are half a gigabyte.
/// </summary>
internal sealed class RunJournal : IDisposable
{
    private const byte ObjectRecord = 1, StoredRecord = 2, LostRecord = 3;
    private const int HeadBytes = 4 + BackupKeyId.SizeBytes, FrameBytes = 8, NameBytes = 1 + ResourceId.SizeBytes;

    private readonly FileStream _file;
    private readonly Lock _lock = new();

    private RunJournal(FileStream file) => _file = file;

    private static ReadOnlySpan<byte> Magic => "HAJ1"u8;

    /// <summary>
    /// Opens the journal and tells what it holds of runs under this key. One of another key is begun anew: its chunks are of no use.
    /// </summary>
    public static (RunJournal Journal, IReadOnlyList<JournalledObject> Objects) Open(string path, BackupKeyId key)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, FilePermissions.PrivateFolder);
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            BufferSize = 64 << 10,
            UnixCreateMode = FilePermissions.PrivateFile,
        });
        var head = new byte[HeadBytes];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteUInt64BigEndian(head.AsSpan(Magic.Length), key.Value);
        var found = new byte[HeadBytes];
        var isOurs = file.ReadAtLeast(found, HeadBytes, throwOnEndOfStream: false) == HeadBytes && found.AsSpan().SequenceEqual(head);
        var objects = isOurs ? Replay(file) : [];
        if (!isOurs)
        {
            file.SetLength(0);
            file.Write(head);
            file.Flush(flushToDisk: true);
            AtomicFile.FlushFolder(Path.GetDirectoryName(path)!);
        }
        return (new RunJournal(file), objects);
    }

    /// <summary>The table of a pack that an earlier run announced.</summary>
    public IReadOnlyList<BlobEntry> EntriesOf(JournalledObject pack)
    {
        var bytes = new byte[pack.EntryCount * BlobEntry.SizeBytes];
        // Past the stream, which stands at its end and appends.
        for (var filled = 0; filled < bytes.Length;)
        {
            var read = RandomAccess.Read(_file.SafeFileHandle, bytes.AsSpan(filled), pack.EntriesAt + filled);
            if (read == 0) throw new EndOfStreamException("The journal of the last run was cut short while it was read.");
            filled += read;
        }
        return ReadEntries(bytes) ?? throw new InvalidDataException("The journal of the last run changed while it was read.");
    }

    /// <summary>Writes an object down before it is announced; on the disk when this returns.</summary>
    public void Announce(ObjectName name, long sizeBytes, IReadOnlyList<BlobEntry> entries, IReadOnlyList<ObjectId> covers)
    {
        var body = new ArrayBufferWriter<byte>();
        WriteName(body, ObjectRecord, name);
        WriteNumber(body, (int)sizeBytes);
        WriteNumber(body, entries.Count);
        foreach (var entry in entries)
        {
            entry.Write(body.GetSpan(BlobEntry.SizeBytes));
            body.Advance(BlobEntry.SizeBytes);
        }
        WriteNumber(body, covers.Count);
        foreach (var pack in covers)
        {
            pack.Write(body.GetSpan(ResourceId.SizeBytes)[..ResourceId.SizeBytes]);
            body.Advance(ResourceId.SizeBytes);
        }
        Append(body.WrittenSpan, durable: true);
    }

    /// <summary>Notes that the vault has the object. A note that is lost costs one question at the next start.</summary>
    public void Stored(ObjectName name) => Note(StoredRecord, name);

    /// <summary>Notes that it has not, and never will.</summary>
    public void Lost(ObjectName name) => Note(LostRecord, name);

    /// <summary>Deletes it: a commit has made everything in it part of the chain.</summary>
    public static void Delete(string path)
    {
        File.Delete(path);
        if (Directory.Exists(Path.GetDirectoryName(path))) AtomicFile.FlushFolder(Path.GetDirectoryName(path)!);
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();

    private static List<JournalledObject> Replay(FileStream file)
    {
        var (order, byName) = (new List<JournalledObject>(), new Dictionary<ObjectName, JournalledObject>());
        var (frame, room) = (new byte[FrameBytes], Array.Empty<byte>());
        var good = file.Position;
        while (file.ReadAtLeast(frame, FrameBytes, throwOnEndOfStream: false) == FrameBytes)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(frame);
            if (length is 0 || length > file.Length - file.Position) break;
            if (room.Length < length) room = new byte[length];
            var body = room.AsSpan(0, (int)length);
            file.ReadExactly(body);
            if (Crc32C.Of(body) != BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(4)) || !Apply(body, good + FrameBytes, order, byName))
                break;
            good = file.Position;
        }
        // What follows a torn record was never acknowledged to anybody.
        file.SetLength(good);
        file.Position = good;
        return order.FindAll(found => byName.ContainsKey(found.Name));
    }

    private static bool Apply(
        ReadOnlySpan<byte> body, long at, List<JournalledObject> order, Dictionary<ObjectName, JournalledObject> byName)
    {
        if (body.Length < 1 + NameBytes || !ResourceId.TryRead<ObjectId>(body.Slice(2, ResourceId.SizeBytes), out var id)) return false;
        var name = new ObjectName((ObjectKind)body[1], id);
        switch (body[0])
        {
            case ObjectRecord:
                if (ReadObject(name, body[(1 + NameBytes)..], at + 1 + NameBytes) is not { } read) return false;
                if (byName.TryAdd(name, read)) order.Add(read);
                return true;
            case StoredRecord:
                if (byName.TryGetValue(name, out var stored)) stored.Stored = true;
                return true;
            case LostRecord:
                byName.Remove(name);
                return true;
            default:
                return false;
        }
    }

    private static JournalledObject? ReadObject(ObjectName name, ReadOnlySpan<byte> rest, long at)
    {
        var (size, count) = (ReadNumber(ref rest), ReadNumber(ref rest));
        var tableBytes = (long)count * BlobEntry.SizeBytes;
        if (count < 0 || tableBytes + sizeof(int) > rest.Length || ReadEntries(rest[..(int)tableBytes]) is null) return null;
        rest = rest[(int)tableBytes..];
        var covers = new ObjectId[ReadNumber(ref rest)];
        for (var i = 0; i < covers.Length; i++)
        {
            if (!ResourceId.TryRead(rest[..ResourceId.SizeBytes], out covers[i])) return null;
            rest = rest[ResourceId.SizeBytes..];
        }
        return new JournalledObject(name, size, covers, at + (2 * sizeof(int)), count);
    }

    private static BlobEntry[]? ReadEntries(ReadOnlySpan<byte> bytes)
    {
        var entries = new BlobEntry[bytes.Length / BlobEntry.SizeBytes];
        for (var i = 0; i < entries.Length; i++)
        {
            if (!BlobEntry.TryRead(bytes[(i * BlobEntry.SizeBytes)..], ObjectName.ObjectMaxBytes, out entries[i])) return null;
        }
        return entries;
    }

    private static int ReadNumber(ref ReadOnlySpan<byte> rest)
    {
        var number = BinaryPrimitives.ReadInt32BigEndian(rest);
        rest = rest[4..];
        return number;
    }

    private void Note(byte kind, ObjectName name)
    {
        var body = new ArrayBufferWriter<byte>(1 + NameBytes);
        WriteName(body, kind, name);
        Append(body.WrittenSpan, durable: false);
    }

    private void Append(ReadOnlySpan<byte> body, bool durable)
    {
        Span<byte> frame = stackalloc byte[FrameBytes];
        BinaryPrimitives.WriteInt32BigEndian(frame, body.Length);
        BinaryPrimitives.WriteUInt32BigEndian(frame[4..], Crc32C.Of(body));
        lock (_lock)
        {
            _file.Write(frame);
            _file.Write(body);
            _file.Flush(flushToDisk: durable);
        }
    }

    private static void WriteName(ArrayBufferWriter<byte> body, byte kind, ObjectName name)
    {
        var span = body.GetSpan(1 + NameBytes);
        (span[0], span[1]) = (kind, (byte)name.Kind);
        name.Id.Write(span.Slice(2, ResourceId.SizeBytes));
        body.Advance(1 + NameBytes);
    }

    private static void WriteNumber(ArrayBufferWriter<byte> body, int number)
    {
        BinaryPrimitives.WriteInt32BigEndian(body.GetSpan(4), number);
        body.Advance(4);
    }
}
