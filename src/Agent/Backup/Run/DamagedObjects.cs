using System.Text;
using HostAtlas.Agent.Credentials;
using HostAtlas.Shared.Backups;

namespace HostAtlas.Agent.Backup.Run;

/// <summary>
/// STATE/backup/damaged: objects of the vault that a verification found damaged, a name a line. A backup does not open what it reuses, so
/// without this it would build on them for ever; the next run that commits has replaced them and strikes them out.
/// </summary>
internal sealed class DamagedObjects(string path)
{
    /// <summary>Their names. A line that is no name counts for nothing.</summary>
    public IReadOnlySet<ObjectName> Load()
    {
        var names = new HashSet<ObjectName>();
        if (!File.Exists(path)) return names;
        foreach (var line in File.ReadLines(path))
        {
            if (ObjectName.TryParse(line, out var name)) names.Add(name);
        }
        return names;
    }

    /// <summary>Writes more of them down; on the disk when this returns.</summary>
    public void Add(IEnumerable<ObjectName> names)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, FilePermissions.PrivateFolder);
        Save(Load().Union(names));
    }

    /// <summary>Strikes out those that a run has replaced. What a verification found meanwhile stays.</summary>
    public void Forget(IReadOnlySet<ObjectName> names)
    {
        if (names.Count == 0) return;
        var left = Load().Except(names).ToList();
        if (left.Count > 0) Save(left);
        else File.Delete(path);
    }

    private void Save(IEnumerable<ObjectName> names) => AtomicFile.Write(path, Encoding.ASCII.GetBytes(
        string.Concat(names.Select(name => name.ToString()).Order(StringComparer.Ordinal).Select(name => name + "\n"))));
}
