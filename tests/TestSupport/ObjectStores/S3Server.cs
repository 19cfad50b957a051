using System.Globalization;
using HostAtlas.TestSupport.Processes;

namespace HostAtlas.TestSupport.ObjectStores;

/// <summary>
/// A real S3 server of this test run's own (<c>servers/s3.sh</c>): started by the first test that asks for it, on a free port; stopped and
/// deleted by a guard of the script's as soon as this process is gone, however it goes. Tests keep apart by prefixes or buckets.
/// </summary>
public sealed class S3Server
{
    private static readonly Lazy<Task<S3Server>> One = new(StartAsync);
    private static int _prefixes;

    private readonly Dictionary<string, string> _facts;

    private S3Server(Dictionary<string, string> facts) => _facts = facts;

    /// <summary>Where it answers.</summary>
    public Uri Endpoint => new(_facts["endpoint"]);

    /// <summary>What it calls its region.</summary>
    public string Region => _facts["region"];

    /// <summary>A bucket that is there.</summary>
    public string Bucket => _facts["bucket"];

    /// <summary>The access key.</summary>
    public string AccessKey => _facts["access"];

    /// <summary>The secret key.</summary>
    public string SecretKey => _facts["secret"];

    /// <summary>The certificate to believe, in PEM.</summary>
    public string CaFile => _facts["ca"];

    /// <summary>The server that all tests of this assembly share.</summary>
    public static Task<S3Server> SharedAsync() => One.Value;

    /// <summary>A prefix that no other test has.</summary>
    public static string NextPrefix() => string.Create(CultureInfo.InvariantCulture, $"test-{Interlocked.Increment(ref _prefixes)}/");

    /// <summary>Writes access key and secret key into a file of mode 0600.</summary>
    public async Task<string> WriteKeysAsync(string file)
    {
        await File.WriteAllTextAsync(file, $"{AccessKey}\n{SecretKey}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    private static async Task<S3Server> StartAsync()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"hostatlas-s3-{Environment.ProcessId}");
        var printed = await RunAsync("start", folder, FreePort.Next().ToString(CultureInfo.InvariantCulture));
        await RunAsync("guard", folder, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new S3Server(printed.Trim().Split(' ').Select(fact => fact.Split('=', 2)).ToDictionary(fact => fact[0], fact => fact[1]));
    }

    private static async Task<string> RunAsync(string verb, params string[] arguments)
    {
        var script = Path.Combine(Repository.Root, "tests", "TestSupport", "servers", "s3.sh");
        var finished = await ChildProcess.RunAsync("bash", [script, verb, .. arguments], TimeSpan.FromMinutes(3));
        return finished.ExitCode == 0
            ? finished.Output
            : throw new InvalidOperationException($"s3.sh {verb} ended with {finished.ExitCode}:\n{finished.LastWords}");
    }
}
