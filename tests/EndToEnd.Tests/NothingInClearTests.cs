using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;
using static HostAtlas.EndToEnd.Tests.Ending;

namespace HostAtlas.EndToEnd.Tests;

/// <summary>
/// A real agent's backups in a real platform, searched byte by byte for what was backed up. What goes over the wire is searched by the
/// agent's own tests, which stand at its other end.
/// </summary>
public sealed class NothingInClearTests : IDisposable
{
    private const int Markers = 1000;

    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Of_a_thousand_markers_file_names_and_the_key_nothing_is_in_vault_journal_tables_logs_and_state()
    {
        var tree = Directory.CreateDirectory(_folder.File("tree")).FullName;
        var markers = Enumerable.Range(0, Markers)
            .Select(i => $"MARKER{i:x4}{Convert.ToHexString(RandomNumberGenerator.GetBytes(8))}").ToList();
        foreach (var marker in markers)
            await File.WriteAllTextAsync(Path.Combine(tree, $"n-{marker}"), string.Concat(Enumerable.Repeat($"c-{marker} ", 20)));
        await using var platform = await PlatformProcess.StartAsync();
        using var founder = await Founder.FoundAsync(platform);
        await using var agent = new AgentProcess(platform);
        await agent.ConfigureAsync($"[backup]\nroots = [\"{tree}\"]\nschedule = \"15 3 * * *\"\n");
        Succeeded(await agent.EnrolAsync((await founder.AddServerAsync("kept")).Token));
        Succeeded(await agent.RunVerbAsync("key", "init", "--recovery-to", _folder.File("recovery")));
        var said = new StringBuilder();
        foreach (var verb in (string[][])[["backup"], ["backup", "--json"], ["snapshots"], ["verify", "--read-data"], ["status"]])
        {
            var run = await agent.RunVerbAsync(verb);
            // `status` of an agent that does not run ends with another code; what it says counts here.
            if (verb[0] != "status") Succeeded(run);
            said.Append(run.LastWords);
        }
        said.Append(platform.LastWords);

        var recovery = (await File.ReadAllTextAsync(_folder.File("recovery"))).Trim();
        var master = Convert.FromBase64String(recovery["hbk_".Length..].Replace('-', '+').Replace('_', '/') + "=")[8..40];
        var needles = SearchValues.Create(
            [.. markers, .. Forms(master), recovery["hbk_".Length..], "n-MARKER", "c-MARKER", tree], StringComparison.Ordinal);
        Assert.False(said.ToString().AsSpan().ContainsAny(needles));
        var searched = 0L;
        foreach (var file in Files(platform.Data).Concat(Files(agent.State))
            .Where(file => Path.GetFileName(file) is not ("backup.keys" or "lock")))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            searched += bytes.Length;
            Assert.False(Encoding.Latin1.GetString(bytes).AsSpan().ContainsAny(needles), file);
            // UTF-16, at either parity.
            foreach (var shift in (int[])[0, 1])
                Assert.False(Encoding.Unicode.GetString(bytes[Math.Min(shift, bytes.Length)..]).AsSpan().ContainsAny(needles), file);
        }
        Assert.True(searched > 1 << 20, $"only {searched} bytes were there to search");
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(platform.Data, "vault"), "*", SearchOption.AllDirectories));
        // The search would find what is there.
        Assert.True(File.ReadAllText(Directory.GetFiles(tree)[0]).AsSpan().ContainsAny(needles));
    }

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "*", new EnumerationOptions
    {
        RecurseSubdirectories = true,
        // Sockets cannot be read.
        AttributesToSkip = FileAttributes.Device,
    }).Where(file => !file.EndsWith(".sock", StringComparison.Ordinal));

    private static IEnumerable<string> Forms(byte[] secret) =>
    [
        Encoding.Latin1.GetString(secret), Convert.ToHexString(secret), Convert.ToHexStringLower(secret),
        Convert.ToBase64String(secret)[..40],
    ];
}
