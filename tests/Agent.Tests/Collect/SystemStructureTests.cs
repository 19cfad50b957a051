using System.Runtime.InteropServices;
using HostAtlas.Agent.Collect;

namespace HostAtlas.Agent.Tests.Collect;

/// <summary>
/// The structures that the C library fills. Offsets were taken with <c>offsetof</c> from the headers of glibc on x64 and on arm64 and of
/// musl on x64; all three agree.
/// </summary>
public sealed class SystemStructureTests
{
    private const int StatVfsBytes = 112, TimexBytes = 208;

    [Theory]
    [InlineData("FragmentBytes", 8)]
    [InlineData("Blocks", 16)]
    [InlineData("FreeBlocks", 24)]
    [InlineData("AvailableBlocks", 32)]
    [InlineData("Files", 40)]
    [InlineData("FreeFiles", 48)]
    public void A_field_of_statvfs_lies_where_the_library_writes_it(string field, int offset) =>
        Assert.Equal(offset, (int)Marshal.OffsetOf<FileSystemSpace.VfsStat>(field));

    [Theory]
    [InlineData("Modes", 0)]
    [InlineData("Offset", 8)]
    [InlineData("MaxErrorMicroseconds", 24)]
    [InlineData("EstimatedErrorMicroseconds", 32)]
    [InlineData("Status", 40)]
    public void A_field_of_timex_lies_where_the_library_writes_it(string field, int offset) =>
        Assert.Equal(offset, (int)Marshal.OffsetOf<KernelClock.Timex>(field));

    [Fact]
    public void The_library_never_writes_beyond_what_is_handed_to_it()
    {
        Assert.True(Marshal.SizeOf<FileSystemSpace.VfsStat>() >= StatVfsBytes);
        Assert.True(Marshal.SizeOf<KernelClock.Timex>() >= TimexBytes);
        Assert.Equal(16, Marshal.SizeOf<ThreadTime.TimeSpec>());
    }

    [Fact]
    public void Time_of_a_thread_moves_with_its_work_and_never_back()
    {
        var before = ThreadTime.Read();
        var after = before;
        for (long spins = 0; after == before && spins < 1_000_000_000; spins++) after = ThreadTime.Read();
        Assert.True(after > before);
    }
}
