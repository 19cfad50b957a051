using System.Globalization;

namespace HostAtlas.Gateway.Ingest;

/// <summary>Where a report stands in its body, as JSON Pointers that are only written when there is a fault to point to.</summary>
internal readonly struct ReportPlace
{
    private readonly int? _index;

    private ReportPlace(int? index) => _index = index;

    /// <summary>The flat form: the body itself is the report's values.</summary>
    public static ReportPlace Flat => new(null);

    /// <summary>A report of the batch form.</summary>
    public static ReportPlace InBatch(int index) => new(index);

    /// <summary>The report.</summary>
    public string Report => _index is { } index ? string.Create(CultureInfo.InvariantCulture, $"/reports/{index}") : string.Empty;

    /// <summary>Its time.</summary>
    public string At => Report + "/at";

    /// <summary>Its values.</summary>
    public string Values => _index is null ? string.Empty : Report + "/values";
}
