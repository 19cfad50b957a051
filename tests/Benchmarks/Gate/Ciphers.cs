using System.Buffers.Binary;
using System.Security.Cryptography;

namespace HostAtlas.Benchmarks.Gate;

/// <summary>Encrypts bytes in place of an attacker. Each call draws a key of its own.</summary>
internal delegate byte[] Cipher(byte[] plain, Random chance);

/// <summary>The ciphers of the attacks. Thresholds were chosen with those of <see cref="Tuning"/>.</summary>
internal static class Ciphers
{
    /// <summary>What thresholds were chosen with.</summary>
    public static (string Name, Cipher Encrypt)[] Tuning { get; } = [("AES-CTR", AesCtr), ("RC4", Rc4)];

    /// <summary>What was kept apart.</summary>
    public static (string Name, Cipher Encrypt)[] HeldOut { get; } = [("AES-CBC", AesCbc), ("ChaCha20", ChaCha20)];

    /// <summary>AES-256 in counter mode.</summary>
    public static byte[] AesCtr(byte[] plain, Random chance)
    {
        using var aes = Aes.Create();
        aes.Key = Bytes(chance, 32);
        var counters = new byte[(plain.Length + 15) & ~15];
        var start = chance.NextInt64();
        for (var i = 0; i < counters.Length; i += 16) BinaryPrimitives.WriteInt64BigEndian(counters.AsSpan(i + 8), start + (i / 16));
        return Xor(plain, aes.EncryptEcb(counters, PaddingMode.None));
    }

    /// <summary>AES-256-CBC with its initialisation vector before it.</summary>
    public static byte[] AesCbc(byte[] plain, Random chance)
    {
        using var aes = Aes.Create();
        aes.Key = Bytes(chance, 32);
        var vector = Bytes(chance, 16);
        // As long as the plaintext: partial attacks write in place.
        return aes.EncryptCbc(plain, vector).AsSpan(0, plain.Length).ToArray();
    }

    /// <summary>ChaCha20 (RFC 8439).</summary>
    public static byte[] ChaCha20(byte[] plain, Random chance)
    {
        using var cipher = new ChaCha20Poly1305(Bytes(chance, 32));
        var encrypted = new byte[plain.Length];
        cipher.Encrypt(Bytes(chance, 12), plain, encrypted, new byte[16]);
        return encrypted;
    }

    /// <summary>RC4 with a key of 16 bytes.</summary>
    public static byte[] Rc4(byte[] plain, Random chance)
    {
        var key = Bytes(chance, 16);
        var state = Enumerable.Range(0, 256).Select(value => (byte)value).ToArray();
        for (int i = 0, j = 0; i < 256; i++)
        {
            j = (j + state[i] + key[i % 16]) & 255;
            (state[i], state[j]) = (state[j], state[i]);
        }
        var encrypted = new byte[plain.Length];
        for (int n = 0, i = 0, j = 0; n < plain.Length; n++)
        {
            i = (i + 1) & 255;
            j = (j + state[i]) & 255;
            (state[i], state[j]) = (state[j], state[i]);
            encrypted[n] = (byte)(plain[n] ^ state[(state[i] + state[j]) & 255]);
        }
        return encrypted;
    }

    /// <summary>XOR with a random key that repeats.</summary>
    public static Cipher XorKey(int keyBytes) => (plain, chance) =>
    {
        var key = Bytes(chance, keyBytes);
        var encrypted = new byte[plain.Length];
        for (var i = 0; i < plain.Length; i++) encrypted[i] = (byte)(plain[i] ^ key[i % keyBytes]);
        return encrypted;
    };

    /// <summary>Random bytes; nobody has to keep these keys.</summary>
    public static byte[] Bytes(Random chance, int count)
    {
        var bytes = new byte[count];
        chance.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Xor(byte[] one, byte[] other)
    {
        var result = new byte[one.Length];
        for (var i = 0; i < one.Length; i++) result[i] = (byte)(one[i] ^ other[i]);
        return result;
    }
}
