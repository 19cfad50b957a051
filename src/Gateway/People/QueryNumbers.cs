using System.Globalization;

namespace HostAtlas.Gateway.People;

/// <summary>Whole numbers of a query.</summary>
internal static class QueryNumbers
{
    /// <summary>A number within bounds; null when it is not given, or when it is a fault.</summary>
    public static long? Read(IQueryCollection query, string name, long least, long most, Fields fields)
    {
        if (query[name] is not { Count: > 0 } given) return null;
        if (given.Count == 1 && long.TryParse(given[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most) return number;
        fields.Fault("/" + name, $"A whole number from {least} to {most} is expected, once.");
        return null;
    }
}
