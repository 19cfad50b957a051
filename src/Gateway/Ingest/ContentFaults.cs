using System.Text;
using HostAtlas.Gateway.Problems;
using HostAtlas.Shared;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Gateway.Ingest;

/// <summary>The faults of one body, at most <see cref="ProblemWriter.MostErrors"/>: whoever sends a million learns enough from the
/// first.</summary>
internal sealed class ContentFaults
{
    private List<ContentError>? _errors;

    /// <summary>The faults so far; null without any.</summary>
    public IReadOnlyList<ContentError>? Errors => _errors;

    /// <summary>How many there are.</summary>
    public int Count => _errors?.Count ?? 0;

    /// <summary>Whether reading on is of no use to anybody.</summary>
    public bool IsFull => Count >= ProblemWriter.MostErrors;

    /// <summary>Adds a fault at a JSON Pointer.</summary>
    public void Add(string pointer, string detail)
    {
        if (!IsFull) (_errors ??= []).Add(new ContentError(pointer, detail));
    }

    /// <summary>
    /// Adds a fault of a member by its name (UTF-8). A name that is longer than any good one is not echoed: the fault then points to the
    /// object that holds it.
    /// </summary>
    public void AddMember(string parent, ReadOnlySpan<byte> name, string detail)
    {
        if (IsFull) return;
        if (name.Length > Limits.LabelledNameBytes) Add(parent, $"A member with a name of {name.Length} bytes: {detail}");
        else Add($"{parent}/{Escape(Encoding.UTF8.GetString(name))}", detail);
    }

    private static string Escape(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
