using System.Diagnostics;
using HostAtlas.Engine.Vault;
using HostAtlas.TestSupport;
using Xunit.Abstractions;
using static HostAtlas.Engine.Tests.Vault.Sealed;

namespace HostAtlas.Engine.Tests.Vault;

/// <summary>The suite over a real folder.</summary>
public sealed class DirectoryVaultSuiteTests() : VaultSuite(() => Task.FromResult<VaultUnderTest>(new DirectoryVaultUnderTest()));

/// <summary>What only a vault of files can do wrong.</summary>
public sealed class DirectoryVaultTests(ITestOutputHelper output)
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task The_folder_of_a_server_is_a_repository_and_nothing_else_lies_there()
    {
        using var under = new DirectoryVaultUnderTest();
        await PutAsync(under.Vault, "one");
        var vault = Path.Combine(Path.GetDirectoryName(under.Incoming)!, "vault");
        Assert.Equal([under.PathOf(Key("one"))], Directory.GetFiles(vault, "*", SearchOption.AllDirectories));
        Assert.Equal(Owner, File.GetUnixFileMode(under.PathOf(Key("one"))));
        for (var folder = new FileInfo(under.PathOf(Key("one"))).Directory!; folder.Name != "vault"; folder = folder.Parent!)
            Assert.Equal(Owner | UnixFileMode.UserExecute, folder.UnixFileMode);
    }

    [Fact]
    public async Task What_a_killed_process_left_half_is_gone_after_the_next_start()
    {
        using var under = new DirectoryVaultUnderTest();
        await PutAsync(under.Vault, "whole");
        File.WriteAllBytes(Path.Combine(under.Incoming, "half"), Object("half"));
        under.Restart();
        Assert.Equal(0, under.Remnants());
        Assert.True(File.Exists(under.PathOf(Key("whole"))));
    }

    [Fact]
    public async Task A_full_disk_is_told_leaves_nothing_and_is_over_when_there_is_room()
    {
        using var folder = new TempFolder();
        if (!Mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.Path))
        {
            output.WriteLine("A disk of 1 MiB cannot be mounted here (it takes root); a full disk was not tried.");
            return;
        }
        try
        {
            using var under = new DirectoryVaultUnderTest(folder.Path);
            Assert.Equal(PutOutcome.Stored, await PutAsync(under.Vault, "first", 600_000));
            Assert.Equal(PutOutcome.Full, await PutAsync(under.Vault, "second", 600_000));
            Assert.Equal(0, under.Remnants());
            Assert.False(File.Exists(under.PathOf(Key("second"))));
            under.Lose(Key("first"));
            Assert.Equal(PutOutcome.Stored, await PutAsync(under.Vault, "second", 600_000));
        }
        finally
        {
            Run("umount", folder.Path);
        }
    }

    private static Task<PutOutcome> PutAsync(IVault vault, string name, int length = 70_000)
    {
        var bytes = Object(name, length);
        return vault.PutAsync(Key(name), FormOf(bytes), new MemoryStream(bytes), Always, default);
    }

    private static bool Mount(params string[] arguments) => Run("mount", arguments);

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
