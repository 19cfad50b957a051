using System.CommandLine;

namespace HostAtlas.Agent.CommandLine.Manual;

/// <summary><c>manual</c> and <c>completion</c>: what a package puts where man and shells look; a host without it can too.</summary>
internal static class ManualVerbs
{
    /// <summary>Adds both to the program that they describe.</summary>
    public static void AddTo(RootCommand root, AgentSurroundings around)
    {
        root.Add(Printing("manual", "Writes the manual page: hostatlas-agent manual | man -l -",
            () => ManualPage.Write(VerbShape.Of(root), AgentVersion.Text), around));
        root.Add(new Command("completion", "Writes what a shell needs to complete this command line.")
        {
            Printing("bash", "For bash: source it, or /usr/share/bash-completion/completions/hostatlas-agent.",
                () => CompletionScript.Bash(VerbShape.Of(root)), around),
            Printing("zsh", "For zsh: a file _hostatlas-agent in a folder of $fpath.",
                () => CompletionScript.Zsh(VerbShape.Of(root)), around),
            Printing("fish", "For fish: ~/.config/fish/completions/hostatlas-agent.fish.",
                () => CompletionScript.Fish(VerbShape.Of(root)), around),
        });
    }

    private static Command Printing(string name, string what, Func<string> text, AgentSurroundings around)
    {
        var command = new Command(name, what);
        command.SetAction(async (_, _) =>
        {
            await around.Out.WriteAsync(text());
            return ExitCode.Done;
        });
        return command;
    }
}
