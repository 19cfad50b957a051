using System.Text;
using CsCheck;
using HostAtlas.Engine.Metrics;

namespace HostAtlas.Engine.Tests.Metrics.Rollups;

/// <summary>A report before it is packed.</summary>
internal sealed record Report(long AtMs, string[] Names, double[] Values)
{
    private static readonly string[] AllNames = ["a", "b", "c", "d"];

    /// <summary>Reports within a stretch of time, in its order.</summary>
    public static Gen<Report[]> Within(long fromMs, long toMs, int most, Gen<double> value) =>
        (from at in Gen.Long[fromMs, toMs - 1]
         from names in Gen.Shuffle(AllNames, 1, AllNames.Length)
         from values in value.Array[names.Length]
         select new Report(at, names, values)).Array[0, most].Select(reports => reports.OrderBy(report => report.AtMs).ToArray());

    /// <summary>The report's name list.</summary>
    public NameSet Set => Batches.Names(Names);

    /// <summary>The report's values as they are stored.</summary>
    public byte[] Packed => PackedValues.Pack(Values);

    private bool PrintMembers(StringBuilder text)
    {
        text.Append(AtMs).Append(": ").AppendJoin(", ", Names.Zip(Values, (name, value) => $"{name}={value:R}"));
        return true;
    }
}
