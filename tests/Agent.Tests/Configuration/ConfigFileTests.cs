using HostAtlas.Agent.Configuration;
using HostAtlas.TestSupport;

namespace HostAtlas.Agent.Tests.Configuration;

public sealed class ConfigFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Path => _folder.File("etc", "agent.toml");

    [Theory]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_configuration_that_others_can_write_is_refused(UnixFileMode mode)
    {
        ConfigFile.Create(Path, new Uri("https://x"), null);
        Assert.Equal("x", ConfigFile.Load(Path).Url.Host);
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | mode);
        Assert.Contains("chmod go-w", Assert.Throws<ConfigFaultException>(() => ConfigFile.Load(Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_that_is_missing_says_how_to_get_one() =>
        Assert.Contains("enroll", Assert.Throws<ConfigFaultException>(() => ConfigFile.Load(Path)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_missing_CA_is_told_together_with_every_other_fault()
    {
        ConfigFile.Create(Path, new Uri("https://x"), null);
        File.WriteAllText(Path, "url = \"https://atlas.example.net\"\nca = \"/nowhere/ca.pem\"\ninterval = \"never\"\n");
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var faults = Assert.Throws<ConfigFaultException>(() => ConfigFile.Load(Path)).Faults;
        Assert.Equal(["ca", "interval"], faults.Select(fault => fault[..fault.IndexOf(':', StringComparison.Ordinal)]));
    }

    public void Dispose() => _folder.Dispose();
}
