namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>What the rest of a token is made of.</summary>
internal enum Body
{
    /// <summary>Letters and digits.</summary>
    Alnum,

    /// <summary>Letters, digits, _ and -.</summary>
    Url,

    /// <summary>The same and full stops.</summary>
    Dotted,

    /// <summary>The same, and + / = of base64.</summary>
    Base64,

    /// <summary>The same, @ and & of a path.</summary>
    Path,

    /// <summary>0-9 a-f.</summary>
    Hex,

    /// <summary>A-Z and 0-9.</summary>
    Upper,
}

/// <summary>A token that can be told by how it begins.</summary>
/// <param name="Service">Who gives it out.</param>
/// <param name="Prefix">How it begins, exactly.</param>
/// <param name="Body">What follows.</param>
/// <param name="Least">Least characters of that.</param>
/// <param name="NeedsDigit">A digit must be among them: without one it is a word that begins the same.</param>
internal readonly record struct TokenShape(string Service, string Prefix, Body Body, int Least, bool NeedsDigit = true);

/// <summary>
/// The shapes of the tokens of services that people use. Only secrets: identifiers that are public (Stripe's pk_, Twilio's AC) stay.
/// </summary>
internal static class TokenShapes
{
    // A key in DER without its PEM: the first numbers of PKCS#8, PKCS#1 and SEC1 tell it from a public key and a certificate.
    private static IEnumerable<TokenShape> DerKeys =>
        ("MIIEvQIBADANBgkq MIIEvgIBADANBgkq MIIEvAIBADANBgkq MIIEuwIBADANBgkq MIIJQgIBADANBgkq MIIJQwIBADANBgkq MIIJQQIBADANBgkq "
            + "MIIJRAIBADANBgkq MIIG/gIBADANBgkq MIIG/QIBADANBgkq MIIG/AIBADANBgkq MIICdwIBADANBgkq MIICdgIBADANBgkq MIICeAIBADANBgkq "
            + "MIIEpAIBAAKCAQEA MIIEowIBAAKCAQEA MIIEpQIBAAKCAQEA MIIEogIBAAKCAQEA MIIJKAIBAAKCAgEA MIIJKQIBAAKCAgEA MIIJKgIBAAKCAgEA "
            + "MIIJJwIBAAKCAgEA MIIG4wIBAAKCAYEA MIIG5AIBAAKCAYEA MIIG5QIBAAKCAYEA MIIG4gIBAAKCAYEA MIICXAIBAAKBgQ MIICXQIBAAKBgQ "
            + "MIICXgIBAAKBgQ MIICWwIBAAKBgQ MHcCAQEEI MIGkAgEBBD MIHcAgEBBEI MIGHAgEAMBMGByqG MIG2AgEAMBAGByqG MIHuAgEAMBAGByqG "
            + "MC4CAQAwBQYDK2Vw MC4CAQAwBQYDK2Vu MFECAQEwBQYDK2Vw MEcCAQAwBQYDK2Vx").Split(' ')
            .Select(start => new TokenShape("private key in DER", start, Body.Base64, 24, false));

    /// <summary>One row a shape.</summary>
    public static readonly TokenShape[] All =
    [
        new("AWS", "AKIA", Body.Upper, 16, false), new("AWS, temporary", "ASIA", Body.Upper, 16, false),
        new("AWS", "ABIA", Body.Upper, 16, false),
        new("AWS", "ACCA", Body.Upper, 16, false), new("Amazon MWS", "amzn.mws.", Body.Url, 32),
        new("Amazon Bedrock", "ABSK", Body.Base64, 60),
        new("Alibaba Cloud", "LTAI", Body.Alnum, 12), new("Tencent Cloud", "AKID", Body.Alnum, 28),
        new("GitHub", "ghp_", Body.Alnum, 20, false), new("GitHub", "gho_", Body.Alnum, 20, false),
        new("GitHub", "ghu_", Body.Alnum, 20, false),
        new("GitHub", "ghs_", Body.Alnum, 20, false), new("GitHub", "ghr_", Body.Alnum, 20, false),
        new("GitHub, fine-grained", "github_pat_", Body.Url, 20, false),
        new("GitLab", "glpat-", Body.Dotted, 16, false), new("GitLab deploy", "gldt-", Body.Url, 16, false),
        new("GitLab runner", "glrt-", Body.Dotted, 16, false), new("GitLab job", "glcbt-", Body.Url, 16, false),
        new("GitLab trigger", "glptt-", Body.Url, 16, false), new("GitLab feed", "glft-", Body.Url, 16, false),
        new("GitLab mail", "glimt-", Body.Url, 16, false), new("GitLab agent", "glagent-", Body.Url, 16, false),
        new("GitLab SCIM", "glsoat-", Body.Url, 16, false), new("GitLab OAuth", "gloas-", Body.Url, 16, false),
        new("GitLab runner registration", "GR1348941", Body.Url, 16, false), new("GitLab flags", "glffct-", Body.Url, 16, false),
        new("Bitbucket", "ATBB", Body.Alnum, 24), new("Atlassian", "ATATT3", Body.Base64, 40), new("Atlassian", "ATCTT3", Body.Base64, 40),
        new("Slack", "xoxb-", Body.Url, 10), new("Slack", "xoxp-", Body.Url, 10), new("Slack", "xoxa-", Body.Url, 10),
        new("Slack", "xoxs-", Body.Url, 10), new("Slack", "xoxr-", Body.Url, 10), new("Slack", "xoxo-", Body.Url, 10),
        new("Slack", "xoxc-", Body.Url, 10), new("Slack", "xoxd-", Body.Base64, 10), new("Slack", "xoxe.", Body.Dotted, 10),
        new("Slack", "xoxe-", Body.Url, 10), new("Slack app", "xapp-", Body.Url, 10),
        new("Stripe", "sk_live_", Body.Alnum, 8), new("Stripe", "sk_test_", Body.Alnum, 8), new("Stripe", "rk_live_", Body.Alnum, 8),
        new("Stripe", "rk_test_", Body.Alnum, 8), new("Stripe webhook", "whsec_", Body.Base64, 16),
        new("Google", "AIza", Body.Url, 30, false), new("Google OAuth", "ya29.", Body.Url, 16),
        new("Google OAuth", "GOCSPX-", Body.Url, 20),
        new("Google refresh", "1//0", Body.Url, 30),
        new("OpenAI", "sk-proj-", Body.Url, 20), new("OpenAI", "sk-svcacct-", Body.Url, 20), new("OpenAI", "sk-admin-", Body.Url, 20),
        new("Anthropic", "sk-ant-", Body.Url, 20), new("OpenRouter", "sk-or-v1-", Body.Hex, 32),
        new("OpenAI and its like", "sk-", Body.Alnum, 20),
        new("Hugging Face", "hf_", Body.Alnum, 30, false), new("Hugging Face", "api_org_", Body.Alnum, 30, false),
        new("Replicate", "r8_", Body.Alnum, 30), new("Groq", "gsk_", Body.Alnum, 40), new("Perplexity", "pplx-", Body.Alnum, 40),
        new("xAI", "xai-", Body.Alnum, 40), new("LangSmith", "lsv2_", Body.Url, 30), new("NVIDIA", "nvapi-", Body.Url, 40),
        new("npm", "npm_", Body.Alnum, 30, false), new("PyPI", "pypi-AgE", Body.Url, 30, false), new("RubyGems", "rubygems_", Body.Hex, 40),
        new("NuGet", "oy2", Body.Alnum, 43), new("Docker Hub", "dckr_pat_", Body.Url, 20, false),
        new("Docker Hub", "dckr_oat_", Body.Url, 20, false),
        new("Clojars", "CLOJARS_", Body.Alnum, 40),
        new("SendGrid", "SG.", Body.Dotted, 40), new("Mailgun", "key-", Body.Hex, 32), new("Brevo", "xkeysib-", Body.Url, 40),
        new("Brevo SMTP", "xsmtpsib-", Body.Url, 40), new("Resend", "re_", Body.Url, 24), new("Twilio", "SK", Body.Hex, 32),
        new("Vault", "hvs.", Body.Url, 20, false), new("Vault batch", "hvb.", Body.Url, 20, false),
        new("Vault recovery", "hvr.", Body.Url, 20, false),
        new("Vault, older", "b.AAAAA", Body.Url, 24),
        new("DigitalOcean", "dop_v1_", Body.Hex, 32), new("DigitalOcean", "doo_v1_", Body.Hex, 32),
        new("DigitalOcean", "dor_v1_", Body.Hex, 32),
        new("Scaleway", "SCW", Body.Upper, 17), new("Fly.io", "fo1_", Body.Url, 20), new("Fly.io", "fm2_", Body.Base64, 20),
        new("Heroku", "HRKU-", Body.Url, 30), new("Netlify", "nfp_", Body.Alnum, 30), new("Supabase", "sbp_", Body.Alnum, 30),
        new("Supabase", "sb_secret_", Body.Url, 20), new("PlanetScale", "pscale_tkn_", Body.Dotted, 30),
        new("PlanetScale", "pscale_pw_", Body.Dotted, 30),
        new("PlanetScale", "pscale_oauth_", Body.Dotted, 30), new("Neon", "napi_", Body.Alnum, 40),
        new("Doppler", "dp.pt.", Body.Alnum, 30),
        new("Doppler", "dp.st.", Body.Dotted, 30), new("Doppler", "dp.ct.", Body.Alnum, 30), new("Databricks", "dapi", Body.Hex, 32),
        new("Grafana", "glsa_", Body.Url, 20), new("Grafana Cloud", "glc_", Body.Base64, 30), new("New Relic", "NRAK-", Body.Alnum, 20),
        new("New Relic", "NRII-", Body.Url, 20), new("New Relic", "NRAA-", Body.Alnum, 20), new("New Relic", "NRJS-", Body.Alnum, 16),
        new("Sentry", "sntrys_", Body.Base64, 30), new("Sentry", "sntryu_", Body.Hex, 32), new("Dynatrace", "dt0c01.", Body.Dotted, 40),
        new("Dynatrace", "dt0s01.", Body.Dotted, 40), new("Honeycomb", "hcaik_", Body.Alnum, 30), new("SonarQube", "sqp_", Body.Alnum, 30),
        new("SonarQube", "squ_", Body.Alnum, 30), new("SonarQube", "sqa_", Body.Alnum, 30), new("Postman", "PMAK-", Body.Url, 30),
        new("Linear", "lin_api_", Body.Alnum, 30), new("Notion", "secret_", Body.Alnum, 40), new("Notion", "ntn_", Body.Alnum, 40),
        new("Shopify", "shpat_", Body.Hex, 30), new("Shopify", "shpca_", Body.Hex, 30),
        new("Shopify", "shppa_", Body.Hex, 30), new("Shopify", "shpss_", Body.Hex, 30), new("Square", "sq0atp-", Body.Url, 20),
        new("Square", "sq0csp-", Body.Url, 20), new("Plaid", "access-sandbox-", Body.Url, 30),
        new("Plaid", "access-production-", Body.Url, 30),
        new("Facebook", "EAACEdEose0cBA", Body.Alnum, 10, false), new("Facebook", "EAA", Body.Alnum, 60),
        new("X", "AAAAAAAAAAAAAAAAAAAA", Body.Base64, 30, false),
        new("Dropbox", "sl.", Body.Url, 60), new("Figma", "figd_", Body.Url, 20), new("Pulumi", "pul-", Body.Hex, 32),
        new("age", "AGE-SECRET-KEY-1", Body.Upper, 30, false), new("1Password", "ops_eyJ", Body.Base64, 30, false),
        new("Tailscale", "tskey-", Body.Url, 12), new("JFrog", "AKCp", Body.Alnum, 60), new("JFrog", "cmVmdGtuO", Body.Alnum, 30, false),
        new("CircleCI", "CCIPAT_", Body.Url, 30), new("Buildkite", "bkua_", Body.Hex, 30), new("Prefect", "pnu_", Body.Alnum, 30),
        new("Rancher", "token-", Body.Url, 30), new("Sourcegraph", "sgp_", Body.Url, 30), new("Razorpay", "rzp_live_", Body.Alnum, 12),
        new("Flutterwave", "FLWSECK", Body.Url, 20), new("Contentful", "CFPAT-", Body.Url, 30),
        new("Mapbox", "sk.eyJ", Body.Dotted, 30, false),
        new("Typeform", "tfp_", Body.Url, 40), new("Shippo", "shippo_live_", Body.Hex, 30), new("EasyPost", "EZAK", Body.Alnum, 50),
        new("Infracost", "ico-", Body.Alnum, 30), new("Readme", "rdme_", Body.Alnum, 60), new("Yandex", "AQVN", Body.Url, 34),
        new("Yandex", "y0_", Body.Url, 40), new("Cloudflare origin", "v1.0-", Body.Hex, 60),
        new("Terraform Cloud", ".atlasv1.", Body.Url, 40), new("PayPal", "access_token$", Body.Dotted, 30),
        new("Firebase", "APA91b", Body.Url, 60),
        new("Laravel, sealed", "eyJpdiI6", Body.Base64, 20, false), new("Teams webhook", "webhookb2/", Body.Path, 40),
        new("Office webhook", "outlook.office.com/webhook/", Body.Path, 30),
        new("Office webhook", "outlook.office365.com/webhook/", Body.Path, 30),
        new("IFTTT", "/with/key/", Body.Url, 10, false), new("IFTTT", "/use/", Body.Url, 40),
        new("YouTube stream", ".youtube.com/live2/", Body.Url, 12, false),
        new("Twitch stream", ".twitch.tv/app/live_", Body.Url, 12, false),
        new("Facebook stream", ".facebook.com:443/rtmp/", Body.Url, 12, false),
        new("Zapier", "hooks.zapier.com/hooks/catch/", Body.Base64, 8),
        new("Make", ".make.com/", Body.Alnum, 28), new("Feishu", "/open-apis/bot/v2/hook/", Body.Url, 20),
        new("Mattermost and Rocket.Chat", "/hooks/", Body.Base64, 24), new("n8n", "/webhook/", Body.Url, 30),
        new("k3s", "::server:", Body.Alnum, 16), new("k3s", "::node:", Body.Alnum, 16),
        new("Slack webhook", "hooks.slack.com/services/", Body.Base64, 10, false),
        new("Slack webhook", "hooks.slack.com/workflows/", Body.Base64, 10, false),
        new("Slack webhook", "hooks.slack.com/triggers/", Body.Base64, 10, false),
        new("Discord webhook", "discord.com/api/webhooks/", Body.Base64, 30),
        new("Discord webhook", "discordapp.com/api/webhooks/", Body.Base64, 30),
        new("PEM in base64", "LS0tLS1CRUdJTiBQUklWQVRF", Body.Base64, 1, false),
        new("PEM in base64", "LS0tLS1CRUdJTiBSU0E", Body.Base64, 1, false),
        new("PEM in base64", "LS0tLS1CRUdJTiBFQy", Body.Base64, 1, false),
        new("PEM in base64", "LS0tLS1CRUdJTiBPUEVOU1NI", Body.Base64, 1, false),
        new("PEM in base64", "LS0tLS1CRUdJTiBFTkNSWVBURUQ", Body.Base64, 1, false),
        new("PEM in base64", "LS0tLS1CRUdJTiBEU0E", Body.Base64, 1, false),
        new("PEM in base64", "LS0tLS1CRUdJTiBQR1AgUFJJVkFU", Body.Base64, 1, false),
        new("PEM in base64", "LS0tLS1CRUdJTiBPcGVuVlBOIFN0", Body.Base64, 1, false),
        new("PEM in base64", "LS0tLSBCRUdJTiBTU0gyIEVOQ1JZ", Body.Base64, 1, false),
        new("PuTTY key in base64", "UHVUVFktVXNlci1LZXktRmlsZ", Body.Base64, 1, false),
        .. DerKeys,
        new("OpenSSH key in base64", "b3BlbnNzaC1rZXktdjE", Body.Base64, 1, false),
        new("HostAtlas recovery", "hbk_", Body.Url, 16, false),
    ];
}
