using System.Net;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Clients;
using HostAtlas.TestSupport.Processes;
using static HostAtlas.EndToEnd.Tests.Ending;

namespace HostAtlas.EndToEnd.Tests;

/// <summary>
/// The day that the gate is for, with a real agent and a real platform: ransomware encrypts half of what is backed up. The run that brings
/// it freezes the chain, nothing of it is kept, and the tree of before comes back as it was.
/// </summary>
public sealed class RehearsalTests : IDisposable
{
    private const int FrozenCode = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TempFolder _folder = new();

    private string Tree => _folder.File("tree");

    [Theory]
    [MemberData(nameof(StoresOfThisRun.ForWhatTheOtherStoreShows), MemberType = typeof(StoresOfThisRun))]
    public async Task An_attack_freezes_the_chain_with_its_first_run_and_the_tree_of_before_comes_back(PlatformStore store)
    {
        await ShellAsync($"""
            mkdir -p {Tree}/letters {Tree}/packed
            for i in $(seq 60)
            do seq -f "line %.0f of letter $i: dear reader, all is well here" $((300 + i * 5)) > {Tree}/letters/$i.txt; done
            for i in $(seq 10); do gzip -c {Tree}/letters/$i.txt > {Tree}/packed/$i.gz; done
            """);
        await using var platform = await PlatformProcess.StartAsync(store);
        using var founder = await Founder.FoundAsync(platform);
        var server = await founder.AddServerAsync("attacked");
        await using var agent = new AgentProcess(platform);
        await agent.ConfigureAsync($"[backup]\nroots = [\"{Tree}\"]\n");
        Succeeded(await agent.EnrolAsync(server.Token));
        Succeeded(await agent.RunVerbAsync("key", "init", "--no-recovery"));
        for (var run = 1; run <= 3; run++)
        {
            await ShellAsync($"echo 'a word more, {run}' >> {Tree}/letters/{run}.txt");
            Succeeded(await agent.RunVerbAsync("backup"));
        }
        await ShellAsync($"cp -a {Tree} {_folder.File("before")}");

        await ShellAsync($"""
            for f in {Tree}/letters/[1-3]*.txt {Tree}/packed/*.gz
            do openssl enc -aes-256-cbc -pbkdf2 -iter 1 -pass pass:ransom -in $f -out $f.locked; rm $f; done
            echo 'All your files are encrypted. Pay.' > {Tree}/READ_ME_TO_DECRYPT.txt
            """);
        var attacked = await agent.RunVerbAsync("backup");
        Assert.True(attacked.ExitCode == FrozenCode, attacked.LastWords + attacked.Output);
        var again = await agent.RunVerbAsync("backup");
        Assert.True(again.ExitCode == FrozenCode, again.LastWords + again.Output);
        using (var shown = await founder.GetAsync($"/api/servers/{server.Id}/backups"))
        {
            Assert.Equal(3, shown.RootElement.GetProperty("items").GetArrayLength());
            Assert.Equal("frozen", shown.RootElement.GetProperty("chain").GetProperty("state").GetString());
        }
        // Whoever runs the platform asks for a sweep meanwhile: it deletes nothing and says why.
        var kept = VaultFiles(platform, founder, server);
        Assert.Contains(
            "announced 0 objects (0 bytes)   decided 0 objects (0 bytes)   deleted 0 objects (0 bytes)   stopped: frozen",
            await platform.OpsAsync("retention", "run"), StringComparison.Ordinal);
        Assert.Equal(kept, VaultFiles(platform, founder, server));
        // The real token in other hands.
        using (var thief = new HandMadeAgent(platform, server))
            await thief.ExpectAsync(HttpStatusCode.Locked, "begin", new { snapshot = HandMadeAgent.NewId(), parent = (string?)null });

        Succeeded(await agent.RunVerbAsync("restore", "latest", "--to", _folder.File("while-frozen")));
        await SameAsync("while-frozen");
        using (await founder.PostAsync($"/api/servers/{server.Id}/backups/resume", """{"reason": "Cleaned; restored from before."}"""))
            Succeeded(await agent.RunVerbAsync("restore", "latest", "--to", _folder.File("resumed")));
        await SameAsync("resumed");

        await ShellAsync($"rm -r {Tree} && cp -a {_folder.File("resumed")}{Tree} {Tree}");
        Succeeded(await agent.RunVerbAsync("backup"));
        Succeeded(await agent.RunVerbAsync("verify", "--read-data"));
        using var after = await founder.GetAsync($"/api/servers/{server.Id}/backups");
        Assert.Equal(4, after.RootElement.GetProperty("items").GetArrayLength());
    }

    /// <inheritdoc />
    public void Dispose() => _folder.Dispose();

    private static List<string> VaultFiles(PlatformProcess platform, Founder founder, WatchedServer server) => [.. Directory.GetFiles(
        Path.Combine(platform.Data, "vault", founder.TeamId, server.Id), "*", SearchOption.AllDirectories).Order()];

    // A tar of both holds content, mode, owner and times, in one order.
    private Task SameAsync(string restored)
    {
        const string tar = "tar --sort=name --format=posix --pax-option=delete=atime,delete=ctime,exthdr.name=x -cf - .";
        return ShellAsync($"cmp <(cd {_folder.File("before")} && {tar}) <(cd {_folder.File(restored)}{Tree} && {tar})");
    }

    private static async Task ShellAsync(string script)
    {
        var finished = await ChildProcess.RunAsync("bash", ["-ec", script], Patience);
        Assert.True(finished.ExitCode == 0, $"{script} ended with {finished.ExitCode}:\n{finished.LastWords}");
    }
}
