using HostAtlas.Agent.Backup.Walk;
using HostAtlas.Agent.Inventory.Files;
using HostAtlas.Shared;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Inventory.Certificates;

/// <summary>
/// Finds certificates in folders and in the files that configurations name. Folders are walked without following links to folders, so
/// that a loop has no end to find; links to files are followed, since that is how certbot names what is in force.
/// </summary>
internal sealed class CertificateSource(HostFiles files, InventoryFaults faults)
{
    /// <summary>A file that is larger holds something else.</summary>
    public const int FileMaxBytes = 2 << 20;

    private const int DepthMax = 8, VisitedMax = 20_000;

    private readonly Dictionary<string, SortedSet<string>> _users = new(StringComparer.Ordinal);
    private readonly List<string> _paths = [];
    private int _visited;

    /// <summary>Looks into the folders that the owner named, or into the known ones, and into the configurations.</summary>
    /// <param name="roots">Folders, or files.</param>
    /// <param name="named">The owner named them: one that is missing is told.</param>
    public IReadOnlyList<CertificateItem> Collect(IReadOnlyList<string> roots, bool named)
    {
        foreach (var root in roots)
        {
            if (files.IsFolder(root)) Walk(root, 0, null);
            else if (files.Exists(root)) Note(root, null);
            else if (named) faults.Add(root, "is not there");
        }
        var configs = new ConfigSource(files, faults);
        foreach (var server in ServerConfig.All)
        {
            foreach (var path in configs.Certificates(server))
            {
                // haproxy takes every file of a folder.
                if (files.IsFolder(path)) Walk(path, DepthMax, server.Name);
                else Note(path, server.Name);
            }
        }
        var items = new List<CertificateItem>();
        foreach (var path in _paths)
        {
            if (items.Count >= Limits.InventoryCertificates)
            {
                faults.Add("certificates", $"more than {Limits.InventoryCertificates}; the rest is left out");
                break;
            }
            items.AddRange(Read(path, [.. _users[path]]));
        }
        return [.. items.Take(Limits.InventoryCertificates)];
    }

    private void Note(string path, string? user)
    {
        if (!_users.TryGetValue(path, out var users))
        {
            _users[path] = users = new SortedSet<string>(StringComparer.Ordinal);
            _paths.Add(path);
        }
        if (user is not null) users.Add(user);
    }

    private void Walk(string folder, int depth, string? user)
    {
        IReadOnlyList<string> names;
        try
        {
            names = files.Names(folder) ?? [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            faults.Add(folder, "cannot be listed");
            return;
        }
        foreach (var path in names.Select(name => $"{folder.TrimEnd('/')}/{name}"))
        {
            if (++_visited > VisitedMax)
            {
                faults.Add(folder, $"more than {VisitedMax} files to look at; the rest is left out");
                return;
            }
            if (!files.IsFolder(path)) Note(path, user);
            else if (depth < DepthMax && !files.IsLink(path)) Walk(path, depth + 1, user);
        }
    }

    private IReadOnlyList<CertificateItem> Read(string path, IReadOnlyList<string> users)
    {
        var answer = files.TryOpen(path, FileMaxBytes, out var opened);
        using (opened)
        {
            if (opened is null)
            {
                // In a folder a key is what it is; where a server's configuration expects a certificate its owner should know.
                if (answer == FileAnswer.PrivateKey && users.Count > 0)
                    faults.Add(path, "begins with a private key or is called like one, so it is not read; put the certificate first");
                if (answer == FileAnswer.Absent && users.Count > 0) faults.Add(path, $"is not there; {string.Join(", ", users)} names it");
                if (answer == FileAnswer.Unreadable) faults.Add(path, "cannot be read");
                return [];
            }
            try
            {
                return Certificates(opened, path, users);
            }
            catch (LinuxFaultException fault)
            {
                faults.Add(path, $"cannot be read: {fault.Message}");
                return [];
            }
        }
    }

    private List<CertificateItem> Certificates(OpenedFile opened, string path, IReadOnlyList<string> users)
    {
        var items = new List<CertificateItem>();
        foreach (var der in PemCertificates.Read(opened))
        {
            if (CertificateFacts.Of(der, path, users) is { } item) items.Add(item);
            else faults.Add(path, "holds a certificate that cannot be read");
        }
        return items;
    }
}
