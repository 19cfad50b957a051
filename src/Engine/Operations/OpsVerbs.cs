using System.Text;

namespace HostAtlas.Engine.Operations;

/// <summary>
/// The operators' verbs: the command line, the socket and the help are made of this one table. No verb reads a team's data but its audit
/// log and how a chain of backups stands: operators run the platform, they are not members of its teams, yet when a team asks who did what,
/// or why nothing is backed up, they must be able to tell.
/// </summary>
public static class OpsVerbs
{
    /// <summary>The table.</summary>
    public static IReadOnlyList<OpsVerb> Table { get; } =
    [
        new("teams invite", "Print an invitation that founds a new team; it works once, for 24 hours.", [], TeamVerbs.InviteAsync),
        new("teams plan", "Set how many servers a team may have.",
            [new("team", "TEAM-ID", false, "The team's id."), new("servers", "N|unlimited", true, "How many servers, or unlimited.")],
            TeamVerbs.PlanAsync),
        new("users reset-password", "Print a link that sets a person's password anew; it works once, for one hour.",
            [new("email", "EMAIL", false, "The person's e-mail address.")], UserVerbs.ResetPasswordAsync),
        new("cluster show", "Show the nodes and how many entities each holds in memory.", [], ClusterVerbs.ShowAsync),
        new("backups show", "Show whether a server's backups are open, suspect or frozen, why, and what is about to be deleted.",
            [new("team", "TEAM-ID", false, "The team's id."), new("server", "SERVER-ID", false, "The server's id.")],
            BackupVerbs.ShowAsync),
        new("retention run", "Sweep every server's vault now, as the platform does once a day; tell what went, and of whom.",
            [OpsParameter.Flag("dry-run", "Only tell what the next sweep would do by what stands now.")], RetentionVerbs.RunAsync),
        new("vault show", "Show where backups lie, and whether agents' tickets lead straight there.", [], VaultVerbs.ShowAsync),
        new("projection rebuild", "Tell the tables that people read anew from the journal; they stay readable meanwhile.", [],
            ProjectionVerbs.RebuildAsync),
        new("keys show", "Show the ring of root keys and how far sealing anew has come.", [], KeyVerbs.ShowAsync),
        new("keys rotate", "Make a new root key and new data keys for all teams; what is there is sealed anew in the background.", [],
            KeyVerbs.RotateAsync),
        new("keys destroy", "Destroy a team's keys: nothing it kept can ever be read again.",
            [new("team", "TEAM-ID", false, "The team's id."), new("confirm", "TEAM-ID", true, "The same id once more.")],
            KeyVerbs.DestroyAsync),
        new("audit export", "Print a team's audit log as lines of JSON, to be checked with: ops audit verify FILE.",
            [new("team", "TEAM-ID", false, "The team's id.")], AuditVerbs.ExportAsync),
        new("help", "Show this list.", [], (_, _, _) => Task.FromResult(new OpsAnswer(0, Help()))),
    ];

    /// <summary>The row of a name, or null.</summary>
    public static OpsVerb? Find(string name) => Table.FirstOrDefault(verb => verb.Name == name);

    /// <summary>Checks a request against the table and carries it out.</summary>
    public static async Task<OpsAnswer> RunAsync(Func<OpsPlatform> platform, OpsRequest request, CancellationToken cancellation)
    {
        if (Find(request.Verb) is not { } verb)
            return OpsAnswer.WrongUsage($"There is no verb '{Printable(request.Verb)}'. {Nearest(request.Verb)}");
        if (verb.Parameters.FirstOrDefault(
            parameter => !parameter.IsFlag && string.IsNullOrEmpty(request.Argument(parameter.Name))) is { } missing)
            return OpsAnswer.WrongUsage($"{missing.Placeholder} is missing. Usage: ops {verb.Usage}");
        if (request.Args?.Keys.FirstOrDefault(name => verb.Parameters.All(parameter => parameter.Name != name)) is { } unknown)
            return OpsAnswer.WrongUsage($"'{verb.Name}' takes no '{Printable(unknown)}'. Usage: ops {verb.Usage}");
        return await verb.Run(platform(), request, cancellation).ConfigureAwait(false);
    }

    /// <summary>The list of verbs.</summary>
    public static string Help()
    {
        var text = new StringBuilder("usage: ops VERB [ARGUMENTS] [--data DIR] [--json]\n\n");
        var width = Table.Max(verb => verb.Usage.Length);
        foreach (var verb in Table) text.Append("  ").Append(verb.Usage.PadRight(width)).Append("  ").Append(verb.Summary).Append('\n');
        return text.Append("""

            audit verify FILE [--earlier FILE] checks an export and needs no running platform.

            --data DIR  the data folder of the running platform (default ./data)
            --json      print JSON where there is something to print

            Exit codes: 0 done, 1 failed, 2 wrong usage, 4 (audit verify) the chain holds, its head was not checked for want of root.key.

            """).ToString();
    }

    private static string Nearest(string verb)
    {
        var first = verb.Split(' ')[0];
        var same = Table.Where(known => known.Name.Split(' ')[0] == first).Select(known => $"ops {known.Name}").ToList();
        return same.Count > 0 ? $"Perhaps {string.Join(" or ", same)}." : "See: ops help";
    }

    // What came over the socket is shown on a terminal: no control characters, no line longer than a line.
    private static string Printable(string text) =>
        string.Concat(text.Take(60).Select(character => char.IsControl(character) ? '?' : character));
}
