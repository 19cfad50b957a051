using System.Text.Json.Serialization;

namespace HostAtlas.Shared.Wire;

/// <summary>An error's body, <c>application/problem+json</c> (RFC 9457). <c>instance</c> and trace ids are left out on purpose.</summary>
public sealed record Problem
{
    /// <summary><see cref="ProblemSlug.TypePrefix"/> and a slug.</summary>
    public required string Type { get; init; }

    /// <summary>The kind of error in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What happened and what to do next; never a secret.</summary>
    public string? Detail { get; init; }

    /// <summary>The platform's clock in Unix seconds; with <c>timestamp-outside-window</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ServerTime { get; init; }

    /// <summary><c>required</c>: the password was right, a code of the second factor is needed; with <c>credentials-rejected</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SecondFactor { get; init; }

    /// <summary>What is wrong where; with <c>invalid-content</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ContentError>? Errors { get; init; }
}

/// <summary>One fault of a body: a JSON Pointer (RFC 6901) and what is wrong there.</summary>
public sealed record ContentError(string Pointer, string Detail);
