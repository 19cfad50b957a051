using System.Runtime.InteropServices;
using System.Text;
using HostAtlas.Agent.Backup.Walk;
using HostAtlas.Agent.Restore;

namespace HostAtlas.Agent.Gate.Canaries;

/// <summary>
/// Plants canaries: in the folder that was named one that sorts first, two in the middle and one that sorts last, and one each in its
/// first, middle and last subfolder. They look like everybody's files and belong to the folder's owner; names are relative to open folders,
/// and no link is followed below the one that was named.
/// </summary>
/// <param name="content">What they hold.</param>
/// <param name="random">Draws names and ages.</param>
/// <param name="time">The clock.</param>
internal sealed class CanaryPlanter(CanaryContent content, Random random, TimeProvider time)
{
    private const int Attempts = 20;
    private const uint ReadableByAll = 0x1A4;

    private static readonly string[] First = ["00_", "01_", "2014_", "A1_", "AA_"], Last = ["zz_", "zzz_", "zz-old_", "zy_", "zz0_"];

    /// <summary>Plants in one folder; what was planted. Nothing when the folder has canaries already.</summary>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public IReadOnlyList<Canary> Plant(string root, IReadOnlyList<Canary> existing)
    {
        if (existing.Any(canary => canary.Root == root)) return [];
        using var folder = TargetDirectory.OpenRoot(root);
        var planted = new List<Canary>
        {
            New(folder, root, root, Draw(First), "docx"),
            New(folder, root, root, "", "csv"),
            New(folder, root, root, "", "png"),
            New(folder, root, root, Draw(Last), "pdf"),
        };
        var below = Subfolders(root);
        foreach (var at in new[] { 0, below.Count / 2, below.Count - 1 }.Where(at => at >= 0 && at < below.Count).Distinct())
        {
            try
            {
                using var inner = folder.Open(RestoreCalls.Name(Encoding.UTF8.GetBytes(below[at])));
                var ending = CanaryContent.Endings[random.Next(CanaryContent.Endings.Count)];
                planted.Add(New(inner, Path.Combine(root, below[at]), root, "", ending));
            }
            catch (RestoreFaultException)
            {
                // A folder that cannot be written to is one that its user's programs do not write to either.
            }
        }
        return planted;
    }

    private string Draw(string[] prefixes) => prefixes[random.Next(prefixes.Length)];

    private static List<string> Subfolders(string root) => [.. new DirectoryInfo(root).EnumerateDirectories()
        .Where(folder => folder.LinkTarget is null && folder.Name[0] != '.').Select(folder => folder.Name).Order(StringComparer.Ordinal)];

    private Canary New(TargetDirectory folder, string folderPath, string root, string prefix, string ending)
    {
        for (var attempt = 1; ; attempt++)
        {
            var name = $"{prefix}{content.Title()}.{ending}";
            try
            {
                using (var file = folder.CreateFile(RestoreCalls.Name(Encoding.UTF8.GetBytes(name))))
                    Fill(file, folder, content.Of(ending));
                var path = Path.Combine(folderPath, name);
                return CanaryWatch.TryRead(path, out var written) is { } fault
                    ? throw new IOException($"{path} was planted and cannot be read: {fault}")
                    : new Canary(path, root, written!.Value.Bytes, written.Value.Sha256, time.GetUtcNow());
            }
            catch (RestoreFaultException) when (attempt < Attempts && File.Exists(Path.Combine(folderPath, name)))
            {
                // There is a file of that name: another one.
            }
        }
    }

    private void Fill(Microsoft.Win32.SafeHandles.SafeFileHandle file, TargetDirectory folder, byte[] bytes)
    {
        RandomAccess.Write(file, bytes, 0);
        var owner = LinuxFiles.Stat(new Microsoft.Win32.SafeHandles.SafeFileHandle(folder.Handle.DangerousGetHandle(), ownsHandle: false));
        // Whoever is not root plants files of his own, in folders of his own.
        if (RestoreCalls.SetOwner(file, owner.Uid, owner.Gid) != 0 && Marshal.GetLastPInvokeError() != RestoreCalls.NotPermitted)
            throw new IOException($"the owner cannot be set: {RestoreCalls.LastFault()}");
        if (RestoreCalls.SetMode(file, ReadableByAll) != 0) throw new IOException($"the mode cannot be set: {RestoreCalls.LastFault()}");
        // A folder's newest files are what people look at.
        var age = TimeSpan.FromMinutes(random.Next(60 * 24 * 30, 60 * 24 * 900));
        _ = RestoreCalls.SetTimes(file, TimeSpec.Modified((time.GetUtcNow() - age - DateTimeOffset.UnixEpoch).Ticks * 100));
    }
}
