using System.Text;
using CsCheck;
using HostAtlas.Gateway.People.Passwords;

namespace HostAtlas.Gateway.Tests.People.Passwords;

public sealed class PasswordHashTests
{
    // Of the reference implementation's own tests (P-H-C/phc-winner-argon2, src/test.c).
    private const string Reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

    [Fact]
    public async Task A_hash_of_the_reference_implementation_is_verified()
    {
        var hasher = new PasswordHasher();

        Assert.True(await hasher.VerifyAsync("password"u8.ToArray(), Reference, SignInTrust.Known, default));
        Assert.False(await hasher.VerifyAsync("passwore"u8.ToArray(), Reference, SignInTrust.Known, default));
    }

    [Fact]
    public async Task A_new_hash_carries_its_parameters_and_verifies_only_its_password()
    {
        var hasher = new PasswordHasher();
        var text = await hasher.HashAsync("a few unrelated words"u8.ToArray(), default);

        Assert.StartsWith("$argon2id$v=19$m=19456,t=2,p=1$", text, StringComparison.Ordinal);
        Assert.True(await hasher.VerifyAsync("a few unrelated words"u8.ToArray(), text, SignInTrust.Known, default));
        Assert.False(await hasher.VerifyAsync("a few unrelated word"u8.ToArray(), text, SignInTrust.Known, default));
        Assert.NotEqual(text, await hasher.HashAsync("a few unrelated words"u8.ToArray(), default));
    }

    [Fact]
    public async Task Nobody_has_no_password_at_all()
    {
        var hasher = new PasswordHasher();

        Assert.False(await hasher.VerifyAsync("a few unrelated words"u8.ToArray(), null, SignInTrust.Known, default));
    }

    [Fact]
    public async Task When_too_many_wait_the_rest_is_told_at_once()
    {
        var hasher = new PasswordHasher();
        var many = Enumerable.Range(0, 120).Select(i => hasher.VerifyAsync(
            Encoding.UTF8.GetBytes($"password {i}"), null, SignInTrust.Known, default));

        var answers = await Task.WhenAll(many);

        Assert.Contains(answers, answer => answer is null);
        Assert.Contains(answers, answer => answer is false);
        Assert.False(await hasher.VerifyAsync("later"u8.ToArray(), null, SignInTrust.Known, default));
    }

    [Fact]
    public void What_is_written_is_read_again() =>
        Gen.Select(Gen.Int[8, 1000], Gen.Int[1, 16], Gen.Byte.Array[8, 64], Gen.Byte.Array[16, 64])
            .Sample((memory, passes, salt, hash) =>
            {
                var written = new PasswordHash(memory, passes, 1, salt, hash);
                return PasswordHash.TryRead(written.Write(), out var read)
                    && read.MemoryKib == memory && read.Passes == passes && read.Lanes == 1
                    && read.Salt.SequenceEqual(salt) && read.Hash.SequenceEqual(hash);
            });

    [Theory]
    [InlineData("")]
    [InlineData("password")]
    [InlineData("$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")]
    [InlineData("$argon2id$v=16$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")]
    [InlineData("$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")]
    [InlineData("$argon2id$v=19$m=65536,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")]
    [InlineData("$argon2id$v=19$m=65536,t=+2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")]
    [InlineData("$argon2id$v=19$t=2,m=65536,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")]
    [InlineData("$argon2id$v=19$m=65536,t=2,p=1$c29t$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")]
    [InlineData("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ==$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")]
    [InlineData("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$")]
    [InlineData("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc$")]
    public void Every_other_text_is_refused(string text) => Assert.False(PasswordHash.TryRead(text, out _));

    [Fact]
    public void A_hash_never_prints_itself() =>
        Assert.Equal("PasswordHash(argon2id)", new PasswordHash(8, 1, 1, new byte[8], new byte[16]).ToString());
}
