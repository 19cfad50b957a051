using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Tests.Platform;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Credentials;

public sealed class StateFolderTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly TempFolder _folder = new();

    private string Path => _folder.File("state");

    private string TokenPath => System.IO.Path.Combine(Path, "token");

    [Fact]
    public void The_token_is_the_owners_alone_and_is_read_back()
    {
        var state = StateFolder.OpenOrCreate(Path);
        Assert.Null(state.ReadToken());
        state.WriteToken(TestTokens.Parsed());
        Assert.Equal(TestTokens.Agent(), StateFolder.OpenOrCreate(Path).ReadToken()!.Reveal());
        Assert.Equal(Private, File.GetUnixFileMode(TokenPath));
        Assert.Equal(Private | UnixFileMode.UserExecute, File.GetUnixFileMode(Path));
        Assert.Equal([TokenPath], Directory.GetFiles(Path));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void A_file_that_others_can_open_is_refused_and_not_repaired(UnixFileMode wider)
    {
        StateFolder.OpenOrCreate(Path).WriteToken(TestTokens.Parsed());
        File.SetUnixFileMode(TokenPath, Private | wider);
        Assert.Contains("chmod 600", Assert.Throws<StateFaultException>(() => StateFolder.OpenOrCreate(Path)).Message,
            StringComparison.Ordinal);
        Assert.Equal(Private | wider, File.GetUnixFileMode(TokenPath));
    }

    [Fact]
    public void A_folder_that_others_can_enter_is_refused()
    {
        StateFolder.OpenOrCreate(Path);
        File.SetUnixFileMode(Path, Private | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        Assert.Contains("chmod 700", Assert.Throws<StateFaultException>(() => StateFolder.OpenOrCreate(Path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_spoilt_token_file_is_said_plainly_without_its_content()
    {
        var state = StateFolder.OpenOrCreate(Path);
        state.WriteToken(TestTokens.Parsed());
        File.WriteAllText(TokenPath, "hat_almost");
        Assert.DoesNotContain("hat_almost", Assert.Throws<StateFaultException>(state.ReadToken).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_process_holds_the_place_and_a_look_does_not_take_it()
    {
        var state = StateFolder.OpenOrCreate(Path);
        Assert.False(state.IsPlaceTaken());
        using (state.TryTakePlace())
        {
            Assert.True(state.IsPlaceTaken());
            Assert.Null(state.TryTakePlace());
        }
        Assert.False(state.IsPlaceTaken());
        using var again = state.TryTakePlace();
        Assert.NotNull(again);
    }

    [Fact]
    public void A_running_agent_takes_a_new_token_and_keeps_the_old_one_when_the_file_is_spoilt()
    {
        var state = StateFolder.OpenOrCreate(Path);
        state.WriteToken(TestTokens.Parsed(1));
        var current = new CurrentToken(state);
        Assert.Equal(TestTokens.Agent(1), current.Read().Reveal());
        state.WriteToken(TestTokens.Parsed(2));
        File.SetLastWriteTimeUtc(TokenPath, DateTime.UnixEpoch.AddYears(50));
        Assert.Equal(TestTokens.Agent(2), current.Read().Reveal());
        File.WriteAllText(TokenPath, "");
        Assert.Equal(TestTokens.Agent(2), current.Read().Reveal());
        File.Delete(TokenPath);
        Assert.Equal(TestTokens.Agent(2), current.Read().Reveal());
    }

    public void Dispose() => _folder.Dispose();
}
