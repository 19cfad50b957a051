using HostAtlas.Engine.Users;
using OtpNet;
using QRCoder;

namespace HostAtlas.Gateway.People;

/// <summary>The body of every changing call of <c>/api/second-factor</c>.</summary>
internal sealed record SecondFactorBody(string? Password, string? Code)
{
    /// <summary>Without the secrets.</summary>
    public override string ToString() => nameof(SecondFactorBody);
}

/// <summary>200 of <c>GET /api/second-factor</c>.</summary>
internal sealed record SecondFactorView(bool Enabled, int RecoveryCodesLeft);

/// <summary>200 of <c>POST /api/second-factor</c>: the only time the secret is shown.</summary>
/// <param name="Secret">In base32, to type.</param>
/// <param name="Uri">For an app on the same device.</param>
/// <param name="Qr">The same as rows of a QR code, <c>1</c> a dark square: a page draws it without markup from outside.</param>
/// <param name="Svg">The same as an SVG document.</param>
internal sealed record SecondFactorSecret(string Secret, string Uri, IReadOnlyList<string> Qr, string Svg)
{
    private const string Issuer = "HostAtlas";

    /// <summary>Writes a secret in all its forms.</summary>
    public static SecondFactorSecret Of(byte[] secret, string email)
    {
        var text = Base32Encoding.ToString(secret).TrimEnd('=');
        var uri = new OtpUri(OtpType.Totp, text, email, Issuer, OtpHashMode.Sha1, OneTimeCodes.Digits, OneTimeCodes.StepSeconds).ToString();
        using var generator = new QRCodeGenerator();
        using var code = generator.CreateQrCode(uri, QRCodeGenerator.ECCLevel.M);
        var rows = code.ModuleMatrix.Select(row => string.Concat(row.Cast<bool>().Select(dark => dark ? '1' : '0'))).ToList();
        using var svg = new SvgQRCode(code);
        return new SecondFactorSecret(text, uri, rows, svg.GetGraphic(4));
    }

    /// <summary>Without the secret.</summary>
    public override string ToString() => nameof(SecondFactorSecret);
}

/// <summary>The only time recovery codes are shown.</summary>
internal sealed record RecoveryCodesView(IReadOnlyList<string> RecoveryCodes)
{
    /// <summary>Without the secrets.</summary>
    public override string ToString() => nameof(RecoveryCodesView);
}
