using HostAtlas.Agent.Redaction;
using Tomlyn;
using Tomlyn.Model;
using Tomlyn.Parsing;

namespace HostAtlas.Agent.Configuration;

/// <summary>
/// agent.toml as text to <see cref="AgentOptions"/>: pure, and it lists every fault at once, so that nobody repairs a file ten times. A key
/// that is not known is a fault: a mistyped <c>redaction</c> must not silently leave something open.
/// </summary>
public static class AgentToml
{
    // Tables of areas that read their part themselves; here only their keys are known.
    private static readonly Dictionary<string, string[]> Tables = new(StringComparer.Ordinal)
    {
        ["spool"] = ["max_bytes"],
        ["backup"] = BackupToml.Keys,
        ["commands"] = CommandToml.Keys,
        ["logs"] = LogToml.Keys,
        ["redaction"] = RedactionToml.Keys,
        ["inventory"] = InventoryToml.Keys,
        ["gate"] = GateToml.Keys,
    };

    /// <summary>Every key that the file knows, those of tables with the table before them.</summary>
    internal static IEnumerable<string> Known => [.. Keys, .. Tables.SelectMany(table => table.Value.Select(key => $"{table.Key}.{key}"))];

    private static readonly string[] Keys = ["url", "ca", "interval", "quiet_hours", "vault_origins", "https_proxy"];

    /// <summary>
    /// Reads the text; the options are null when there is a fault. <paramref name="fileExists"/> looks for the files that it names, so that
    /// a missing one is told together with all else; without it they are taken on trust.
    /// </summary>
    public static (AgentOptions? Options, IReadOnlyList<string> Faults) Read(string text, Func<string, bool>? fileExists = null)
    {
        var document = SyntaxParser.Parse(text);
        if (document.HasErrors)
            return (null, [.. document.Diagnostics.Select(d => $"line {d.Span.Start.Line + 1}: {d.Message}")]);
        TomlTable table;
        try
        {
            table = TomlSerializer.Deserialize<TomlTable>(text) ?? [];
        }
        catch (TomlException exception)
        {
            return (null, [exception.Message]);
        }
        var faults = new List<string>();
        ListUnknownKeys(table, faults);
        var options = ReadOptions(table, faults, fileExists ?? (_ => true));
        return faults.Count == 0 ? (options, faults) : (null, faults);
    }

    /// <summary>The file that <c>enroll</c> makes.</summary>
    public static string Write(Uri url, string? caFile) =>
        $"# HostAtlas agent. What each key does: docs/agent.md\nurl = {Quote(Origin(url))}\n"
        + (caFile is null ? "" : $"ca = {Quote(caFile)}\n")
        + $"interval = {Quote(UnitText.Write(AgentOptions.IntervalDefault))}\n";

    /// <summary>Reads the platform's address; what is wrong with it is in <paramref name="fault"/>.</summary>
    public static Uri? ReadUrl(string text, out string fault)
    {
        fault = "";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps || url.Host.Length == 0)
            fault = $"'{text}' is not an https address; write it as https://atlas.example.net or https://192.0.2.7:8443";
        else if (url.UserInfo.Length > 0)
            fault = "the address holds a user name or a password; the agent's credential is its token";
        else if (url.PathAndQuery != "/" || url.Fragment.Length > 0)
            fault = $"'{text}' has a path; the address ends after the host or the port";
        return fault.Length == 0 ? url : null;
    }

    /// <summary>Scheme, host and port: what is compared when two addresses are to be the same.</summary>
    public static string Origin(Uri url) => url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    private static AgentOptions? ReadOptions(TomlTable table, List<string> faults, Func<string, bool> fileExists)
    {
        Uri? url = null;
        if (Text(table, "url", faults) is { } urlText)
        {
            url = ReadUrl(urlText, out var fault);
            if (url is null) faults.Add($"url: {fault}");
        }
        else if (!table.ContainsKey("url"))
            faults.Add("url: missing; the platform's address, e.g. url = \"https://atlas.example.net\"");

        var ca = Text(table, "ca", faults);
        if (ca is not null && !Path.IsPathFullyQualified(ca)) faults.Add($"ca: '{ca}' is not an absolute path");
        else if (ca is not null && !fileExists(ca)) faults.Add($"ca: there is no file {ca}");

        var interval = AgentOptions.IntervalDefault;
        if (Text(table, "interval", faults) is { } intervalText
            && (!UnitText.TryParseDuration(intervalText, out interval) || interval < AgentOptions.IntervalMin
                || interval > AgentOptions.IntervalMax))
            faults.Add($"interval: '{intervalText}' is not a duration from 1s to 1h, e.g. \"10s\"");

        var spoolBytes = AgentOptions.SpoolDefaultBytes;
        if (table.TryGetValue("spool", out var spool) && spool is TomlTable spoolTable
            && Text(spoolTable, "max_bytes", faults, "spool.") is { } size
            && (!UnitText.TryParseSize(size, out spoolBytes)
                || spoolBytes is < AgentOptions.SpoolMinBytes or > AgentOptions.SpoolMaxBytesLimit))
            faults.Add($"spool.max_bytes: '{size}' is not a size from 1MiB to 64GiB, e.g. \"64MiB\"");

        Uri? proxy = null;
        if (Text(table, "https_proxy", faults) is { } proxyText && !TryReadProxy(proxyText, out proxy))
            faults.Add("https_proxy: not an address like http://proxy.example.net:3128");

        HourSpan? quiet = null;
        if (Text(table, "quiet_hours", faults) is { } quietText && (quiet = HourSpan.TryParse(quietText)) is null)
            faults.Add($"quiet_hours: '{quietText}' is not a span of hours, e.g. \"08:00-18:00\"");

        var origins = ReadOrigins(table, faults);
        var backup = table.TryGetValue("backup", out var section) && section is TomlTable backupTable
            ? BackupToml.Read(backupTable, quiet, faults) : null;
        var commands = table.TryGetValue("commands", out var allowed) && allowed is TomlTable commandTable
            ? CommandToml.Read(commandTable, faults) : new CommandOptions();
        var redaction = table.TryGetValue("redaction", out var rules) && rules is TomlTable redactionTable
            ? RedactionToml.Read(redactionTable, faults) : OwnerRules.None;
        var inventory = table.TryGetValue("inventory", out var told) && told is TomlTable inventoryTable
            ? InventoryToml.Read(inventoryTable, faults) : null;
        var logs = table.TryGetValue("logs", out var read) && read is TomlTable logTable ? LogToml.Read(logTable, faults) : null;
        var gate = table.TryGetValue("gate", out var looked) && looked is TomlTable gateTable
            ? GateToml.Read(gateTable, faults) : new GateOptions();
        return url is null ? null : new AgentOptions
        {
            Url = url,
            CaFile = ca,
            Interval = interval,
            SpoolMaxBytes = spoolBytes,
            HttpsProxy = proxy,
            VaultOrigins = origins,
            Backup = backup,
            QuietHours = quiet,
            Commands = commands,
            Redaction = redaction ?? OwnerRules.None,
            Inventory = inventory ?? new InventoryOptions(),
            Logs = logs,
            Gate = gate,
        };
    }

    /// <summary>Reads a proxy's address: http or https, host, no path.</summary>
    public static bool TryReadProxy(string text, out Uri? proxy) =>
        Uri.TryCreate(text, UriKind.Absolute, out proxy) && proxy.Host.Length > 0 && proxy.PathAndQuery == "/"
        && (proxy.Scheme == Uri.UriSchemeHttp || proxy.Scheme == Uri.UriSchemeHttps);

    private static List<Uri> ReadOrigins(TomlTable table, List<string> faults)
    {
        var origins = new List<Uri>();
        if (!table.TryGetValue("vault_origins", out var value)) return origins;
        if (value is not TomlArray array)
        {
            faults.Add("vault_origins: must be a list of https addresses");
            return origins;
        }
        foreach (var entry in array)
        {
            if (entry is not string text) faults.Add("vault_origins: an entry is not text");
            else if (ReadUrl(text, out var fault) is { } origin) origins.Add(origin);
            else faults.Add($"vault_origins: {fault}");
        }
        return origins;
    }

    private static void ListUnknownKeys(TomlTable table, List<string> faults)
    {
        foreach (var (key, value) in table)
        {
            if (Tables.TryGetValue(key, out var keys))
            {
                if (value is TomlTable inner)
                    faults.AddRange(inner.Keys.Except(keys).Select(k =>
                        $"{key}.{k}: unknown key; [{key}] knows {string.Join(", ", keys)}"));
                else
                    faults.Add($"{key}: must be a table, written as [{key}]");
            }
            else if (!Keys.Contains(key))
                faults.Add($"{key}: unknown key; known are {string.Join(", ", Keys)} and the tables {string.Join(", ", Tables.Keys)}");
        }
    }

    private static string? Text(TomlTable table, string key, List<string> faults, string prefix = "")
    {
        if (!table.TryGetValue(key, out var value)) return null;
        if (value is string text) return text;
        faults.Add($"{prefix}{key}: must be text in quotes");
        return null;
    }

    private static string Quote(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
