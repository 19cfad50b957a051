using HostAtlas.Gateway.Hosting;
using HostAtlas.TestSupport;

namespace HostAtlas.Gateway.Tests.Hosting;

public sealed class DataFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string KeyFile => _folder.File("root.key");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_first_start_makes_folder_and_key_for_the_owner_alone()
    {
        var data = _folder.File("a", "data");
        DataFolder.Prepare(data);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(data));
        var key = DataFolder.ReadOrMakeRootKey(data);
        Assert.Equal(32, key.Length);
        Assert.Equal(PrivateFile.Secret, File.GetUnixFileMode(Path.Combine(data, "root.key")));
        Assert.Equal(key, DataFolder.ReadOrMakeRootKey(data));
        Assert.NotEqual(key, DataFolder.ReadOrMakeRootKey(_folder.Path));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_folder_that_others_can_change_is_refused(UnixFileMode more)
    {
        var data = _folder.File("data");
        DataFolder.Prepare(data);
        File.SetUnixFileMode(data, File.GetUnixFileMode(data) | more);
        Assert.Equal($"The data folder {data} can be changed by others. Run: chmod go-w {data}",
            Assert.Throws<StartFaultException>(() => DataFolder.Prepare(data)).Message);
    }

    [Fact]
    public void A_folder_that_others_can_only_look_into_is_taken_also_by_a_link()
    {
        var (data, link) = (_folder.File("data"), _folder.File("link"));
        DataFolder.Prepare(data);
        File.SetUnixFileMode(data, PrivateFile.Public | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        File.CreateSymbolicLink(link, data);
        DataFolder.Prepare(data);
        DataFolder.Prepare(link);
    }

    [Theory]
    [InlineData("journal.db", UnixFileMode.GroupRead)]
    [InlineData("data.db", UnixFileMode.OtherRead)]
    public void A_database_that_others_can_open_is_refused(string name, UnixFileMode more)
    {
        PrivateFile.Write(_folder.File(name), [], PrivateFile.Secret, overwrite: false);
        DataFolder.Prepare(_folder.Path);
        File.SetUnixFileMode(_folder.File(name), PrivateFile.Secret | more);
        Assert.Equal($"{_folder.File(name)} can be opened by others. Run: chmod 600 {_folder.File(name)}",
            Assert.Throws<StartFaultException>(() => DataFolder.Prepare(_folder.Path)).Message);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_key_that_others_can_open_is_refused(UnixFileMode more)
    {
        DataFolder.ReadOrMakeRootKey(_folder.Path);
        File.SetUnixFileMode(KeyFile, PrivateFile.Secret | more);
        Assert.Contains("chmod 600", Assert.Throws<StartFaultException>(() => DataFolder.ReadOrMakeRootKey(_folder.Path))
            .Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_of_another_length_is_refused_and_left_as_it_is()
    {
        PrivateFile.Write(KeyFile, new byte[31], PrivateFile.Secret, overwrite: false);
        Assert.Throws<StartFaultException>(() => DataFolder.ReadOrMakeRootKey(_folder.Path));
        Assert.Equal(31, new FileInfo(KeyFile).Length);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(32)]
    public void A_ring_of_several_keys_is_read_as_it_is(int keys)
    {
        var ring = System.Security.Cryptography.RandomNumberGenerator.GetBytes(32 * keys);
        PrivateFile.Write(KeyFile, ring, PrivateFile.Secret, overwrite: false);
        Assert.Equal(ring, DataFolder.ReadOrMakeRootKey(_folder.Path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(32 * 33)]
    public void A_ring_of_no_keys_or_of_too_many_is_refused(int bytes)
    {
        PrivateFile.Write(KeyFile, new byte[bytes], PrivateFile.Secret, overwrite: false);
        Assert.Contains("backup", Assert.Throws<StartFaultException>(() => DataFolder.ReadOrMakeRootKey(_folder.Path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_missing_beside_a_journal_is_not_made_again()
    {
        File.WriteAllText(_folder.File("journal.db"), "");
        Assert.Contains("backup", Assert.Throws<StartFaultException>(() => DataFolder.ReadOrMakeRootKey(_folder.Path))
            .Message, StringComparison.Ordinal);
        Assert.False(File.Exists(KeyFile));
    }

    [Fact]
    public void A_write_that_was_killed_half_way_does_not_stop_the_next_one()
    {
        File.WriteAllText(KeyFile + ".new", "half");
        Assert.Equal(32, DataFolder.ReadOrMakeRootKey(_folder.Path).Length);
        Assert.False(File.Exists(KeyFile + ".new"));
    }
}
