using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using HostAtlas.Engine.Vault;

namespace HostAtlas.Engine.Operations;

/// <summary><c>vault …</c></summary>
internal static class VaultVerbs
{
    /// <summary>Shows where the vault is, which way objects go into it and why.</summary>
    public static Task<OpsAnswer> ShowAsync(OpsPlatform platform, OpsRequest request, CancellationToken cancellation)
    {
        var picture = VaultPicture.Of(platform.Vault);
        return Task.FromResult(new OpsAnswer(0, request.Json
            ? JsonSerializer.Serialize(picture, VaultJson.Default.VaultPicture) + "\n"
            : Draw(picture)));
    }

    /// <summary>The picture as lines.</summary>
    internal static string Draw(VaultPicture picture)
    {
        var text = new StringBuilder();
        Line("Vault", picture.Kind);
        if (picture.Endpoint is not null)
        {
            Line("Endpoint", picture.Endpoint);
            Line("Region", picture.Region!);
            Line("Bucket", picture.Bucket!);
            if (picture.Prefix!.Length > 0) Line("Prefix", picture.Prefix);
            Line("Origin", $"{picture.Origin}   (agents name it in vault_origins)");
        }
        Line("Uploads", picture.Uploads);
        Line("Why", picture.Why);
        foreach (var attack in picture.Attacks) Line("Attack", $"{attack.Name}: {(attack.Succeeded ? "LET THROUGH" : "refused")}");
        foreach (var note in picture.Notes) Line("Note", note);
        return text.ToString();

        void Line(string name, string value) => text.Append($"{name + ":",-10}").Append(value).Append('\n');
    }
}

/// <summary>The vault at one moment. No key stands in it.</summary>
public sealed record VaultPicture(
    string Kind, string? Endpoint, string? Region, string? Bucket, string? Prefix, string? Origin, string Uploads, string Why,
    IReadOnlyList<TicketAttack> Attacks, IReadOnlyList<string> Notes)
{
    /// <summary>What is known of it now.</summary>
    public static VaultPicture Of(VaultStanding vault)
    {
        var (s3, route) = (vault.Options.S3, vault.Route);
        return new VaultPicture(
            s3 is null ? "directory" : "s3", s3?.Endpoint.GetLeftPart(UriPartial.Authority), s3?.Region, s3?.Bucket, s3?.Prefix, s3?.Origin,
            route.IsDirect ? "direct" : "gateway", route.Why, route.Attacks, route.Notes);
    }
}

/// <summary>Source-generated JSON of what the operators are shown.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(VaultPicture))]
internal sealed partial class VaultJson : JsonSerializerContext;
