namespace HostAtlas.Engine.Vault.S3;

/// <summary>The S3 server's keys, in a file of mode 0600: the access key in its first line, the secret key in its second.</summary>
public static class S3KeysFile
{
    /// <summary>Both keys, or the fault of the file; no fault repeats what it holds.</summary>
    public static (string Access, string Secret, string? Fault) Read(string file)
    {
        var (text, fault) = PrivateText.Read(file, "the access key and the secret key, a line each");
        if (fault is not null) return ("", "", fault);
        return text!.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is [var access, var secret]
            && IsKey(access) && IsKey(secret)
            ? (access, secret, null)
            : ("", "", $"{file}: two lines are expected, the access key and the secret key.");
    }

    private static bool IsKey(string text) => text.Length <= 256 && text.All(c => c is > ' ' and <= '~');
}
