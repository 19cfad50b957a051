using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using HostAtlas.Engine;
using HostAtlas.Engine.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace HostAtlas.Gateway.Hosting;

/// <summary><c>serve</c>: the platform in one process.</summary>
internal static class ServeCommand
{
    private const int Failed = 1;
    private const int WrongUsage = 2;

    /// <summary>The command. Settings come from the file, then from the environment, then from the flags; the later ones win.</summary>
    public static Command Build(IReadOnlyDictionary<string, string> environment)
    {
        var data = new Option<string?>("--data") { Description = "The data folder (default ./data). Made on the first start." };
        var url = new Option<string?>("--url") { Description = "The platform's address (default https://127.0.0.1:8443)." };
        var role = new Option<string?>("--role")
        {
            Description =
                "embedded (the default): gateway and engine in this process. gateway: the gateway alone, joined to an engine.",
        };
        var seed = new Option<string?>("--seed")
        {
            Description = "With --role gateway: the engine's 127.0.0.1:PORT (its DATA/cluster.port).",
        };
        var config = new Option<FileInfo?>("--config") { Description = "A TOML file of settings." };
        var command = new Command("serve", "Run the platform: gateway and engine in one process, or another gateway.")
        {
            data, url, role, seed, config,
        };
        command.SetAction(async (parse, cancellation) =>
        {
            var settings = new List<KeyValuePair<string, string>>();
            List<string> faults = [];
            if (parse.GetValue(config) is { } file)
            {
                if (await ReadFileAsync(file, cancellation) is not { } text) return Failed;
                var (fromFile, fileFaults) = TomlSettings.Read(text);
                settings.AddRange(fromFile);
                faults.AddRange(fileFaults.Select(fault => $"{file}: {fault}"));
            }
            settings.AddRange(GatewaySettings.OfEnvironment(environment));
            if (parse.GetValue(data) is { } folder) settings.Add(new("server.data", folder));
            if (parse.GetValue(role) is { } wanted) settings.Add(new("server.role", wanted));
            if (parse.GetValue(seed) is { } engine) settings.Add(new("cluster.seed", engine));
            if (parse.GetValue(url) is { } address)
            {
                if (GatewaySettings.ReadUrl(address) is null)
                {
                    Say($"--url {address}: an https address without a path is expected, e.g. https://127.0.0.1:8443");
                    return WrongUsage;
                }
                settings.Add(new("server.url", address));
            }
            var (options, settingFaults) = GatewaySettings.Read(settings);
            faults.AddRange(settingFaults);
            (options, var storeFaults) = StoreSettings.Resolve(options);
            faults.AddRange(storeFaults);
            var (vault, vaultFaults) = options.VaultSettings.Resolve();
            faults.AddRange(vaultFaults);
            options = options with { Vault = vault };
            (options, var notificationFaults) = NotificationSettings.Resolve(options);
            faults.AddRange(notificationFaults);
            foreach (var fault in faults) Say(fault);
            return faults.Count > 0 ? Failed : await ServeAsync(options, cancellation);
        });
        return command;
    }

    /// <summary>Runs the platform until it is told to stop.</summary>
    private static async Task<int> ServeAsync(GatewayOptions options, CancellationToken cancellation)
    {
        try
        {
            TryAddress(options.Url);
            await using var app = GatewayHost.Build(options);
            await app.StartAsync(cancellation);
            Console.WriteLine($"HostAtlas is ready at {AddressOf(app, options.Url)}");
            await app.WaitForShutdownAsync(cancellation);
            return 0;
        }
        catch (InvalidOptionsException fault)
        {
            foreach (var line in fault.Faults) Say(line);
        }
        catch (Exception fault) when (fault is StartFaultException or StoreStartException or ClusterStartException)
        {
            Say(fault.Message);
        }
        catch (IOException fault) when (fault.InnerException is AddressInUseException)
        {
            Say($"{options.Url.Authority} is taken by another process. Stop it, or name another address with --url.");
        }
        catch (SocketException fault)
        {
            Say($"{options.Url.Authority} cannot be listened on: {fault.Message}. Name an address of this host with --url.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Say(fault.Message);
        }
        return Failed;
    }

    /// <summary>
    /// Tries the address before the engine starts: a port that is taken is then one line at once, and not the end of a half-started
    /// platform.
    /// The server's own attempt decides; this one is let go again.
    /// </summary>
    private static void TryAddress(Uri url)
    {
        var address = IPAddress.TryParse(url.IdnHost.Trim('[', ']'), out var own) ? own
            : url.IdnHost == "localhost" ? IPAddress.Loopback
            : Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        using var probe = new TcpListener(address, url.Port);
        try
        {
            probe.Start();
        }
        catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new StartFaultException($"{url.Authority} is taken by another process. Stop it, or name another address with --url.");
        }
    }

    /// <summary>The address as given, with the port that was chosen when port 0 was asked for.</summary>
    private static string AddressOf(WebApplication app, Uri url)
    {
        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new UriBuilder(url) { Port = BindingAddress.Parse(bound).Port }.Uri.GetLeftPart(UriPartial.Authority);
    }

    private static async Task<string?> ReadFileAsync(FileInfo file, CancellationToken cancellation)
    {
        try
        {
            return await File.ReadAllTextAsync(file.FullName, cancellation);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Say($"--config {file}: {fault.Message}");
            return null;
        }
    }

    private static void Say(string line) => Console.Error.WriteLine($"serve: {line}");
}
