using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HostAtlas.Engine;

/// <summary>Certificate authorities that an operator names by a file in PEM.</summary>
public static class AuthorityFile
{
    /// <summary>What the file holds, or its fault: none in it, or that it cannot be read.</summary>
    public static (X509Certificate2Collection? Authorities, string? Fault) Read(string file)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            return authorities.Count > 0 ? (authorities, null) : (null, $"{file} holds no certificate in PEM.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return (null, fault.Message);
        }
    }
}
