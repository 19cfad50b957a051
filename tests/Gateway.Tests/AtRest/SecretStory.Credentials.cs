using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using HostAtlas.Engine.Teams;
using OtpNet;

namespace HostAtlas.Gateway.Tests.AtRest;

/// <summary>The turns in which people's credentials and keys are exchanged for others.</summary>
internal sealed partial class SecretStory
{
    private async Task RotateKeyAsync()
    {
        if (_keys.Count == 0) return;
        var (id, key, owner) = Any(_keys);
        await SignInAgainAsync(owner);
        var rotated = (await platform.MustAsync(HttpMethod.Post, $"/api/keys/{id}/rotate", new { overlapSeconds = 60 }, owner.Cookie))
            .GetProperty("key").GetString()!;
        Show("a rotated API key", rotated);
        _keys[_keys.IndexOf((id, key, owner))] = (id, rotated, owner);
    }

    private async Task SetChannelAsync()
    {
        var owner = await SignedInOwnerAsync();
        var path = Convert.ToHexStringLower(Bytes(12));
        planted.Text("a webhook's path", path);
        var items = new[] { new { kind = "webhook", url = $"https://192.0.2.1/{path}", events = new[] { "*" } } };
        var made = (await platform.MustAsync(HttpMethod.Put, "/api/notifications", new { items }, owner.Cookie)).GetProperty("items")[0];
        ShowSigning(made.GetProperty("secret").GetString()!);
        var id = made.GetProperty("id").GetString();
        var rotated = await platform.MustAsync(
            HttpMethod.Post, $"/api/notifications/{id}/secret", new { overlapSeconds = 60 }, owner.Cookie);
        ShowSigning(rotated.GetProperty("secret").GetString()!);
        await platform.MustAsync(HttpMethod.Get, "/api/notifications", null, owner.Cookie);
        await platform.MustAsync(HttpMethod.Post, $"/api/notifications/{id}/test", new { }, owner.Cookie);
    }

    private void ShowSigning(string secret)
    {
        planted.Text("a webhook's secret", secret);
        var bytes = Convert.FromBase64String(secret["whsec_".Length..]);
        planted.Bytes("a webhook's secret, first half", bytes[..16]);
        planted.Bytes("a webhook's secret, second half", bytes[16..]);
        Keep("a webhook's secret", secret);
    }

    private async Task ChangePasswordAsync()
    {
        var person = Any(_people.Where(one => one.Codes.Count == 0));
        await SignInAgainAsync(person);
        var password = NewPassword();
        var change = new Dictionary<string, string> { ["current"] = person.Password, ["new"] = password };
        var (status, text, cookie) = await platform.SendAsync(HttpMethod.Post, "/api/password", change, person.Cookie);
        Assert.True((int)status == 204, text);
        ShowSession(cookie!);
        (person.Password, person.Cookie) = (password, cookie);
    }

    private async Task TakeSecondFactorAsync()
    {
        await FoundAsync();
        var person = _people[^1];
        var begun = await platform.MustAsync(HttpMethod.Post, "/api/second-factor", new { password = person.Password }, person.Cookie);
        var secret = begun.GetProperty("secret").GetString()!;
        var bytes = Base32Encoding.ToBytes(secret);
        planted.Text("a second factor's secret", secret);
        planted.Bytes("a second factor's secret, decoded", bytes);
        planted.Bytes("a second factor's secret, first half", bytes[..(bytes.Length / 2)]);
        Keep("a second factor's secret", secret);
        var code = new Totp(bytes).ComputeTotp(TimeProvider.System.GetUtcNow().UtcDateTime);
        var (status, text, cookie) = await platform.SendAsync(HttpMethod.Post, "/api/second-factor/confirm", new { code }, person.Cookie);
        Assert.True((int)status == 200, text);
        foreach (var recovery in System.Text.Json.JsonDocument.Parse(text).RootElement.GetProperty("recoveryCodes").EnumerateArray())
        {
            planted.Text("a recovery code", recovery.GetString()!);
            planted.Text("a recovery code without hyphens", recovery.GetString()!.Replace("-", "", StringComparison.Ordinal));
            Keep("a recovery code", recovery.GetString()!);
            person.Codes.Enqueue(recovery.GetString()!);
        }
        ShowSession(cookie!);
        person.Cookie = cookie;
        await BeginSessionAsync(person, person.Cookie);
    }

    private async Task ResetPasswordAsync()
    {
        var owner = await SignedInOwnerAsync();
        await SignUpAsync(owner.Team, TeamRole.Member);
        var member = _people[^1];
        var user = (await platform.MustAsync(HttpMethod.Get, "/api/session", null, member.Cookie)).GetProperty("user").GetString();
        var link = (await platform.MustAsync(HttpMethod.Post, $"/api/members/{user}/reset", new { }, owner.Cookie))
            .GetProperty("link").GetString()!;
        var token = link[(link.IndexOf('#', StringComparison.Ordinal) + 1)..];
        planted.Text("a reset link's token", token);
        planted.Bytes("a reset link's hash", SHA256.HashData(Encoding.ASCII.GetBytes(token)));
        planted.Bytes("a reset link's last half", Base64Url.DecodeFromChars(token.AsSpan(4))[^16..]);
        Keep("a reset link's token", token);
        member.Password = NewPassword();
        await platform.MustAsync(HttpMethod.Post, "/api/reset", new { token, password = member.Password });
        member.Cookie = null;
    }

    private string NewPassword()
    {
        var password = "Kennwort " + Base64Url.EncodeToString(Bytes(12));
        planted.Text("a password", password);
        Keep("a password", password);
        return password;
    }
}
