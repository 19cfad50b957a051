using System.Text;
using HostAtlas.Agent.Backup.Walk;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Backup.Walk;

public sealed class SortedNamesTests
{
    [Theory]
    [InlineData(100)]
    [InlineData(4096)]
    [InlineData(SortedNames.MemoryDefaultBytes)]
    public void Names_come_in_the_order_of_their_bytes_whatever_fits_into_memory(int memoryBytes)
    {
        using var folder = new TempFolder();
        var random = new Random(7);
        var expected = new SortedSet<string>(StringComparer.Ordinal);
        while (expected.Count < 500) expected.Add(Convert.ToHexString(BitConverter.GetBytes(random.NextInt64()))[..random.Next(1, 16)]);
        Directory.CreateDirectory(folder.File("d"));
        foreach (var name in expected) File.WriteAllText(folder.File("d", name), "");
        using var root = LinuxFiles.OpenRoot();
        var parent = root;
        foreach (var part in folder.File("d").Split('/', StringSplitOptions.RemoveEmptyEntries))
            parent = LinuxFiles.OpenDirectory(parent, Encoding.UTF8.GetBytes(part));
        using var names = SortedNames.Read(parent, folder.File("scratch"), memoryBytes);
        var found = new List<string>();
        while (names.TryNext(out var name)) found.Add(Encoding.ASCII.GetString(name));
        Assert.Equal(expected, found);
        if (Directory.Exists(folder.File("scratch"))) Assert.Empty(Directory.EnumerateFiles(folder.File("scratch")));
    }
}
