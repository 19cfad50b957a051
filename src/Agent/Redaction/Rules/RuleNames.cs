namespace HostAtlas.Agent.Redaction.Rules;

/// <summary>
/// The names of the built-in rules, as <c>--json</c> and the documentation give them. <see cref="BuiltInRules"/> tells each.
/// </summary>
internal static class RuleNames
{
    public const string OwnToken = "own-token";
    public const string PrivateKey = "private-key";
    public const string TokenShape = "token-shape";
    public const string Jwt = "jwt";
    public const string PasswordHash = "password-hash";
    public const string Url = "url";
    public const string Scheme = "auth-scheme";
    public const string Authorization = "authorization-header";
    public const string Cookie = "cookie";
    public const string NamedValue = "named-value";
    public const string LooseValue = "loose-value";
    public const string Sql = "sql";
    public const string Assignment = "environment";
    public const string Flag = "program-flag";
    public const string FedLiteral = "fed-literal";
    public const string Audit = "audit-arguments";
    public const string TooLong = "too-long";
    public const string Unhandled = "unhandled";
    public const string Owner = "owner";
}
