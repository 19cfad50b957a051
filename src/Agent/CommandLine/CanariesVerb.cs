using System.CommandLine;
using HostAtlas.Agent.Configuration;
using HostAtlas.Agent.Credentials;
using HostAtlas.Agent.Gate.Canaries;
using HostAtlas.Agent.Progress;
using HostAtlas.Agent.Restore;

namespace HostAtlas.Agent.CommandLine;

/// <summary><c>canaries plant</c>, <c>list</c>, <c>remove</c>: files that nobody has a reason to change.</summary>
internal static class CanariesVerb
{
    public static Command Command(CommonOptions common, AgentSurroundings around, Func<Func<Task<int>>, Task<int>> guard)
    {
        var roots = new Argument<string[]>("ROOT") { Description = "Folders that are backed up.", Arity = ArgumentArity.OneOrMore };
        var plant = new Command("plant", "Plants a few believable files in each folder. A backup freezes when one was changed or is gone.")
        {
            roots,
        };
        plant.SetAction((parsed, _) => guard(() => Task.FromResult(New(parsed).Plant(parsed.GetValue(roots)!))));
        var list = new Command("list", "Lists the canaries and whether they are what they were. Exit code 3: one is not.");
        list.SetAction((parsed, _) => guard(() => Task.FromResult(New(parsed).List(parsed.GetValue(common.Config)!))));
        var remove = new Command("remove", "Deletes the planted canaries that are unchanged, and forgets all. Then plant anew.");
        remove.SetAction((parsed, _) => guard(() => Task.FromResult(New(parsed).Remove())));
        return new Command("canaries", "Files that nobody has a reason to change, looked at before each backup.") { plant, list, remove };

        CanaryActions New(ParseResult parsed) => new(
            StateFolder.OpenOrCreate(parsed.GetValue(common.State)!).CanariesPath, parsed.GetValue(common.Json), around);
    }
}

/// <summary>What the canaries verbs do.</summary>
internal sealed class CanaryActions(string listPath, bool json, AgentSurroundings around)
{
    public int Plant(IReadOnlyList<string> roots)
    {
        var (seed, list) = (new byte[sizeof(int)], CanaryList.Load(listPath).Canaries.ToList());
        around.RandomBytes(seed);
        var random = new Random(BitConverter.ToInt32(seed));
        var planter = new CanaryPlanter(new CanaryContent(random, Mark), random, around.Time);
        foreach (var named in roots)
        {
            var root = Path.GetFullPath(named);
            if (!Directory.Exists(root)) throw new VerbFailedException(ExitCode.Usage, $"there is no folder '{named}'");
            try
            {
                var planted = planter.Plant(root, list);
                list.AddRange(planted);
                // After each folder: a canary that nobody knows of is a file that nobody needs.
                new CanaryList { Canaries = list }.Save(listPath);
                foreach (var canary in planted) Say("planted", canary.Path, $"planted  {canary.Path}");
                if (planted.Count == 0) Say("kept", root, $"{root} has its canaries already");
            }
            catch (Exception fault) when (fault is RestoreFaultException or UnauthorizedAccessException)
            {
                throw new VerbFailedException(ExitCode.Failed, $"{root}: {fault.Message}");
            }
        }
        return ExitCode.Done;
    }

    public int List(string config)
    {
        var own = File.Exists(config) ? ConfigFile.Load(config).Gate.Canaries : [];
        var found = new CanaryWatch(listPath).Check(own);
        foreach (var canary in CanaryList.Load(listPath).Canaries)
        {
            var state = found.Changed.Contains(canary.Path) ? "changed" : "unchanged";
            Say(state, canary.Path, $"{state,-9}  {canary.Path}{(canary.Root is null ? "  (of the configuration)" : "")}");
        }
        foreach (var trouble in found.Troubles) around.Error.WriteLine($"hostatlas-agent: {trouble}");
        if (!json && found.Watched == 0) around.Out.WriteLine("There are none. Plant some: hostatlas-agent canaries plant ROOT…");
        return found.Changed.Count > 0 ? ExitCode.Frozen : ExitCode.Done;
    }

    public int Remove()
    {
        foreach (var canary in CanaryList.Load(listPath).Canaries.Where(canary => canary.Root is not null))
        {
            var isSame = CanaryWatch.TryRead(canary.Path, out var now) is null && now!.Value.Sha256 == canary.Sha256;
            if (isSame) File.Delete(canary.Path);
            var state = isSame ? "removed" : File.Exists(canary.Path) ? "left" : "gone";
            Say(state, canary.Path, $"{(state == "left" ? "changed, left" : state)}  {canary.Path}");
        }
        new CanaryList().Save(listPath);
        return ExitCode.Done;
    }

    private byte[] Mark()
    {
        var mark = new byte[16];
        around.RandomBytes(mark);
        return mark;
    }

    private void Say(string state, string path, string text) => around.Out.WriteLine(!json ? text : JsonLine.Of(writer =>
    {
        writer.WriteString("state", state);
        writer.WriteString("path", path);
    }));
}
