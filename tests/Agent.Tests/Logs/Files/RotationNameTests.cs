using HostAtlas.Agent.Logs.Files;

namespace HostAtlas.Agent.Tests.Logs.Files;

public sealed class RotationNameTests
{
    [Theory]
    [InlineData("app.log.1", "app.log", true)]
    [InlineData("app.log.12.gz", "app.log", true)]
    [InlineData("app.log-20261125", "app.log", true)]
    [InlineData("app.log-20261125-1400.gz", "app.log", true)]
    [InlineData("app.log.old", "app.log", true)]
    [InlineData("app-2026-11-25.log", "app.log", true)]
    [InlineData("app-20261125.log.gz", "app.log", true)]
    [InlineData("syslog.1", "syslog", true)]
    [InlineData("app.log", "app.log", false)]
    [InlineData("app.log.json", "app.log", false)]
    [InlineData("app-error.log", "app.log", false)]
    [InlineData("app.log.audit", "app.log", false)]
    [InlineData("other.log.1", "app.log", false)]
    [InlineData("apple.log.1", "app.log", false)]
    public void A_rotated_file_is_known_by_its_name(string name, string log, bool isRotated) =>
        Assert.Equal(isRotated, RotationName.IsOf(name, log));

    [Theory]
    [InlineData("/var/log/*.log", "")]
    [InlineData("/var/log/**/app-[0-9].log", "")]
    [InlineData("var/log/x", "is not an absolute path")]
    [InlineData("/var/log/", "names no file")]
    [InlineData("/var/../etc/x", "has . or .. in it")]
    [InlineData("/var/log/**", "ends with **")]
    public void A_pattern_that_cannot_be_meant_is_refused_with_the_reason(string text, string reason)
    {
        var pattern = LogPattern.TryParse(text, out var fault);
        Assert.Equal(reason.Length == 0, pattern is not null);
        Assert.Contains(reason, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pattern_finds_files_in_folders_at_any_depth_and_nothing_hidden()
    {
        using var host = new LogHost("**/a?.log");
        foreach (var name in new[] { "a1.log", "x/a2.log", "x/y/a3.log", "x/b.log", "x/.a4.log", "a55.log" })
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(host.Path(name))!);
            host.Write(name, name + "\n");
        }
        host.Poll();
        Assert.Equal(["a1.log", "x/a2.log", "x/y/a3.log"], host.Texts().Order(StringComparer.Ordinal));
    }
}
