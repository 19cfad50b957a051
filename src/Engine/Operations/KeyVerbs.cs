using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using HostAtlas.Engine.Storage.Sealing.Rotation;
using HostAtlas.Engine.Teams;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Operations;

/// <summary><c>keys …</c>: numbers and states of keys, never a key.</summary>
internal static class KeyVerbs
{
    /// <summary>Rotates; the pass that seals anew goes on in the background.</summary>
    public static async Task<OpsAnswer> RotateAsync(OpsPlatform platform, OpsRequest request, CancellationToken cancellation)
    {
        try
        {
            // A second for some ten thousand teams, and file and database block: not on the socket's thread.
            var teams = await Task.Run(platform.Rotation.Rotate, cancellation).ConfigureAwait(false);
            // Those that cannot note it now are told by the pass that seals anew, before it ends.
            await platform.Logs.NoteAsync((team, number) => new NoteRotation(team, number, request.By), cancellation).ConfigureAwait(false);
            return new OpsAnswer(0, request.Json
                ? new JsonObject { ["teams"] = teams, ["root"] = platform.Keys.Look().Roots[0].Id }.ToJsonString() + "\n"
                : $"root.key has a new key at its head: back it up now, it is needed from here on. {teams} teams have new data keys.\n"
                    + "No restart is needed, and tokens, API keys and sessions stay valid. What lies under earlier data keys is sealed\n"
                    + "anew in the background; see: ops keys show\n");
        }
        catch (Exception fault) when (fault is RootKeyFileException or InvalidOperationException or RotationUnfinishedException)
        {
            return OpsAnswer.Failed(fault.Message);
        }
        catch (DbException away)
        {
            return OpsAnswer.Failed($"The database does not answer, and nothing was changed: {away.Message}");
        }
    }

    /// <summary>Shows the ring and how far the sealing anew has come.</summary>
    public static async Task<OpsAnswer> ShowAsync(OpsPlatform platform, OpsRequest request, CancellationToken cancellation)
    {
        var picture = await Task.Run(platform.Keys.Look, cancellation).ConfigureAwait(false);
        return new OpsAnswer(0, request.Json ? JsonSerializer.Serialize(picture, KeyJson.Default.KeyPicture) + "\n" : Draw(picture));
    }

    /// <summary>Destroys a team's keys, when the id is confirmed.</summary>
    public static async Task<OpsAnswer> DestroyAsync(OpsPlatform platform, OpsRequest request, CancellationToken cancellation)
    {
        if (!ResourceId.TryParse<TeamId>(request.Argument("team"), out var team))
            return OpsAnswer.WrongUsage("TEAM-ID is a UUID in lower case with hyphens, as POST /api/setup answered it.");
        if (request.Argument("confirm") != team.ToString())
            return OpsAnswer.WrongUsage(
                $"This destroys the keys of the team {team}. Everything it kept (people, servers, tokens, metrics) can then never be read\n"
                + "again, by nobody, and the team is gone for its people and agents at once. Nothing of it can be brought back, except\n"
                + $"from a backup of the database made before. If that is meant: ops keys destroy {team} --confirm {team}");
        var came = await Task.Run(() => platform.Keys.Destroy(team), cancellation).ConfigureAwait(false);
        if (came is not { } destroyed) return OpsAnswer.Failed("There is no such team.");
        if (!destroyed.TracesGone)
            return OpsAnswer.Failed(
                $"The keys of the team {team} are destroyed, but the database's log still holds a copy, since somebody reads it for long.\n"
                + "Run this again.");
        return new OpsAnswer(0, request.Json
            ? new JsonObject { ["team"] = team.ToString(), ["keys"] = destroyed.Keys }.ToJsonString() + "\n"
            : destroyed.Keys > 0
                ? $"The keys of the team {team} are destroyed. Delete the backups of the database that still hold them.\n"
                : $"The keys of the team {team} were destroyed before.\n");
    }

    /// <summary>The picture as text.</summary>
    internal static string Draw(KeyPicture picture)
    {
        var text = new StringBuilder("ROOT KEY          USE      DATA KEYS\n");
        foreach (var root in picture.Roots)
            text.Append(CultureInfo.InvariantCulture, $"{root.Id}  {root.Use,-7}  {root.DataKeys}\n");
        text.Append(CultureInfo.InvariantCulture,
            $"\nTeams: {picture.Teams}, of which {picture.TeamsDestroyed} destroyed, {picture.TeamsToDo} still with an earlier key.\n");
        var reseal = picture.Reseal;
        return text.Append(reseal.State switch
        {
            "done" => "Everything is sealed by the newest keys.\n",
            "waiting" => "Sealing anew begins some minutes after a rotation, when every node has taken up the new keys.\n",
            _ => FormattableString.Invariant($"Sealing anew: {reseal.ValuesDone} of {reseal.Values} values, {reseal.Percent} %")
                + (reseal.EtaSeconds is { } eta ? $", about {TimeSpan.FromSeconds(eta)} left.\n" : ".\n"),
        }).ToString();
    }
}

/// <summary>Source-generated JSON of what the operators are shown.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(KeyPicture))]
internal sealed partial class KeyJson : JsonSerializerContext;
