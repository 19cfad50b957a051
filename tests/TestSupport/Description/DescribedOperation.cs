using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace HostAtlas.TestSupport.Description;

/// <summary>One operation of the OpenAPI document.</summary>
public sealed class DescribedOperation
{
    private readonly Regex _path;
    private readonly JsonArray _parametersOfPath;

    /// <param name="parametersOfPath">Those that all operations of the path share.</param>
    internal DescribedOperation(string method, string path, JsonObject json, JsonArray parametersOfPath)
    {
        (Method, Path, Json, _parametersOfPath) = (method, path, json, parametersOfPath);
        // Every address has one spelling: lower case, no percent signs, no slash at the end.
        var pattern = Regex.Replace(Regex.Escape(path).Replace("}", "\\}", StringComparison.Ordinal), @"\\\{[^}]*\\\}", "[^/A-Z%]+");
        _path = new Regex($"^{pattern}$");
        Parameters = path.Count(character => character == '{');
    }

    /// <summary>In upper case.</summary>
    public string Method { get; }

    /// <summary>With its parameters in braces.</summary>
    public string Path { get; }

    /// <summary>How many parameters the path has.</summary>
    public int Parameters { get; }

    /// <summary>The operation's own part of the document.</summary>
    public JsonObject Json { get; }

    /// <summary>Its <c>operationId</c>.</summary>
    public string Id => Json["operationId"]!.GetValue<string>();

    /// <summary>Every parameter, in path, query and header; perhaps as a reference.</summary>
    public IEnumerable<JsonNode> AllParameters => _parametersOfPath.Concat(Json["parameters"] as JsonArray ?? []).Select(one => one!);

    /// <summary>Answers by status; perhaps as a reference.</summary>
    public JsonObject Responses => Json["responses"]!.AsObject();

    /// <summary>The names of the ways in: session, key, agent, ticket; none when everybody may.</summary>
    public IReadOnlyList<string> Security =>
        [.. Json["security"]!.AsArray().SelectMany(way => way!.AsObject()).Select(way => way.Key)];

    /// <summary>Whether this path is one of the operation's.</summary>
    public bool Matches(string path) => _path.IsMatch(path);

    /// <inheritdoc />
    public override string ToString() => $"{Method} {Path}";
}
