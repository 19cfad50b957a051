using HostAtlas.Agent.Collect;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Collect;

public sealed class ProcFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(100_000)]
    public void A_file_is_read_whole_whatever_its_length(int length)
    {
        var bytes = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
        File.WriteAllBytes(_folder.File("f"), bytes);
        var file = new ProcFile(_folder.File("f"), ProcFile.OneNumberBytes);
        Assert.Equal(bytes, file.Read());
        Assert.Equal(bytes, file.Read());
    }

    [Fact]
    public void A_file_that_is_not_there_is_no_fault_for_who_can_do_without()
    {
        var file = new ProcFile(_folder.File("none"));
        Assert.False(file.TryRead(out _));
        Assert.Contains("none", Assert.Throws<FileNotFoundException>(() => file.Read().Length).Message);
        File.WriteAllText(_folder.File("none"), "now");
        Assert.Equal("now"u8, file.Read());
        Assert.False(new ProcFile(_folder.File("none", "below")).TryRead(out _));
    }

    [Fact]
    public void A_folder_is_not_read_as_a_file() =>
        Assert.Throws<IOException>(() => new ProcFile(_folder.Path).TryRead(out _));

    [Fact]
    public void A_file_without_end_is_refused() => Assert.Throws<IOException>(() => new ProcFile("/dev/zero").TryRead(out _));

    [Fact]
    public void Errors_of_the_system_are_told_apart()
    {
        Assert.IsType<UnauthorizedAccessException>(KernelFile.Fault("/f", -13));
        Assert.StartsWith("/f: ", KernelFile.Fault("/f", -5).Message);
        Assert.True(KernelFile.IsAbsence(-2) && KernelFile.IsAbsence(-95) && !KernelFile.IsAbsence(-5) && !KernelFile.IsAbsence(-13));
        Assert.Throws<ArgumentException>(() => KernelFile.Open("/f"u8));
    }
}
