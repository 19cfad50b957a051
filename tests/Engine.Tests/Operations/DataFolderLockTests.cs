using System.Net.Sockets;
using HostAtlas.Engine.Operations;
using HostAtlas.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace HostAtlas.Engine.Tests.Operations;

public sealed class DataFolderLockTests
{
    [Fact]
    public void A_folder_has_one_holder_at_a_time()
    {
        using var folder = new TempFolder();
        using (DataFolderLock.Take(folder.Path))
        {
            var refused = Assert.Throws<DataFolderTakenException>(() => DataFolderLock.Take(folder.Path));
            Assert.Contains(folder.Path, refused.Message, StringComparison.Ordinal);
        }
        DataFolderLock.Take(folder.Path).Dispose();
    }

    [Fact]
    public void A_folder_that_is_not_there_is_not_called_taken()
    {
        using var folder = new TempFolder();
        Assert.IsNotType<DataFolderTakenException>(Record.Exception(() => DataFolderLock.Take(folder.File("missing"))));
    }

    [Fact]
    public async Task A_second_platform_on_a_folder_is_refused_before_it_opens_anything_and_a_dead_ones_socket_is_replaced()
    {
        await using var engine = await EmbeddedEngine.StartAsync();
        var options = new EngineOptions { DataDirectory = engine.Folder, RootKey = new byte[32] };
        Assert.Throws<DataFolderTakenException>(() => new ServiceCollection().AddHostAtlasEngine(options));
        Assert.Equal(0, (await OpsFixture.RunInAsync(engine.Folder, "cluster", "show")).Exit);

        await engine.StopAsync();
        var socket = OpsSocket.PathIn(engine.Folder);
        Assert.False(File.Exists(socket));
        // As kill -9 leaves it: a socket with nobody behind it. (A socket that is disposed of takes its file along, so that is moved away.)
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(socket + ".dead"));
            File.Move(socket + ".dead", socket);
        }
        Assert.True(File.Exists(socket));
        await engine.StartAgainAsync();
        Assert.Equal(0, (await OpsFixture.RunInAsync(engine.Folder, "cluster", "show")).Exit);
    }
}
