using HostAtlas.Agent.Backup.Format;
using HostAtlas.Agent.Restore;
using HostAtlas.Agent.Tests.Backup.Format;
using HostAtlas.Shared.Backups;
using HostAtlas.Shared.Ids;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Restore;

public sealed class DirectoryRepositorySourceTests
{
    private static readonly ObjectName Name = new(ObjectKind.Pack, TestKeys.Id<ObjectId>(1));

    [Fact]
    public async Task A_plain_copy_is_listed_and_read_in_parts()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "packs"));
        await File.WriteAllBytesAsync(Path.Combine(folder.Path, Name.ToString()), [0, 1, 2, 3, 4, 5]);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "packs", ".DS_Store"), "left by a copier");
        var source = new DirectoryRepositorySource(folder.Path);
        Assert.Equal([Name], await source.ListAsync(ObjectKind.Pack, default).ToListAsync());
        Assert.Empty(await source.ListAsync(ObjectKind.Index, default).ToListAsync());
        Assert.Equal(6, await source.SizeAsync(Name, default));
        var into = new byte[3];
        await source.ReadAsync(Name, 2, into, default);
        Assert.Equal([2, 3, 4], into);
        Assert.Equal(ObjectFault.WrongSize, (await Broken(source.ReadAsync(Name, 4, into, default))).Fault);
        var missing = Name with { Kind = ObjectKind.Index };
        Assert.Equal(ObjectFault.Missing, (await Broken(source.ReadAsync(missing, 0, into, default))).Fault);
        var broken = await Assert.ThrowsAsync<ObjectBrokenException>(async () => await source.SizeAsync(missing, default));
        Assert.Equal(ObjectFault.Missing, broken.Fault);
    }

    private static Task<ObjectBrokenException> Broken(ValueTask reading) =>
        Assert.ThrowsAsync<ObjectBrokenException>(() => reading.AsTask());
}
