using System.Net.Sockets;
using System.Text;
using HostAtlas.Engine.Operations;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Operations;

/// <summary>One running engine for all tests of the socket, and a bare client that sends whatever bytes it likes.</summary>
public sealed class OpsFixture : IAsyncLifetime
{
    private EmbeddedEngine? _engine;

    internal EmbeddedEngine Engine => _engine!;

    internal string SocketPath => OpsSocket.PathIn(Engine.Folder);

    public async Task InitializeAsync() => _engine = await EmbeddedEngine.StartAsync();

    public async Task DisposeAsync() => await Engine.DisposeAsync();

    /// <summary>What comes back for these bytes until the other side closes.</summary>
    internal async Task<string> SendAsync(byte[] bytes, bool thenClose = false)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(bytes);
        if (thenClose) socket.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    internal Task<string> SendAsync(string line) => SendAsync(Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>Runs <c>ops …</c> as its program does.</summary>
    internal Task<(int Exit, string Out, string Error)> RunAsync(params string[] arguments) => RunInAsync(Engine.Folder, arguments);

    internal static async Task<(int Exit, string Out, string Error)> RunInAsync(string folder, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var parsed = OpsCommandLine.Build().Parse([.. arguments, "--data", folder]);
        var exit = await parsed.InvokeAsync(new() { Output = output, Error = error });
        return (parsed.Errors.Count > 0 ? 2 : exit, output.ToString(), error.ToString());
    }

    /// <summary>Founds a team with an invitation's token.</summary>
    internal static async Task<TeamId> FoundAsync(EmbeddedEngine engine, string token)
    {
        Assert.True(Shared.Tokens.TokenForm.TryRead<InvitationId>(
            Shared.Tokens.TokenKind.Invitation, token, engine.Keys.TokenKeys, out var claims));
        var accept = new AcceptInvitation(
            claims.Team, claims.Subject, Shared.Tokens.TokenHash.Of(
                token), EmbeddedEngine.NewId<UserId>(), "a@example.org", "Acme", Named.Ada);
        Assert.Equal(TeamRole.Owner, Assert.IsType<TeamJoined>(await engine.Client.AskAsync(accept)).Role);
        return claims.Team;
    }
}
