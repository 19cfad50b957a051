namespace HostAtlas.Engine.Storage;

/// <summary>A connection string holds a password: it lies in a file of mode 0600.</summary>
public static class ConnectionFile
{
    /// <summary>What the file holds, or its fault.</summary>
    public static (string? Connection, string? Fault) Read(string file) => PrivateText.Read(file, "the connection string");
}
