using System.Text;

namespace HostAtlas.Engine.Operations;

/// <summary><c>DATA/invitation</c>: the token and a line feed, 0600, there only while it is of use.</summary>
public sealed class InvitationFile(string dataDirectory)
{
    private const int MostBytes = 4096;

    /// <summary>Where it lies.</summary>
    public string FullPath { get; } = Path.Combine(Path.GetFullPath(dataDirectory), "invitation");

    /// <summary>The text, or null when there is none.</summary>
    public string? Read()
    {
        try
        {
            using var file = File.OpenRead(FullPath);
            var bytes = new byte[MostBytes];
            return Encoding.ASCII.GetString(bytes, 0, file.ReadAtLeast(bytes, MostBytes, throwOnEndOfStream: false)).TrimEnd('\n');
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Writes by rename: whoever reads sees the old token or the new one, never half of one.</summary>
    public void Write(string token)
    {
        var beside = FullPath + ".new";
        File.Delete(beside); // Of an earlier start that was killed here.
        using (var file = new FileStream(beside, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.Write(Encoding.ASCII.GetBytes(token + "\n"));
            file.Flush(flushToDisk: true);
        }
        File.Move(beside, FullPath, overwrite: true);
    }

    /// <summary>Takes it away; nothing happens when there is none.</summary>
    public void Delete()
    {
        File.Delete(FullPath);
        File.Delete(FullPath + ".new");
    }
}
