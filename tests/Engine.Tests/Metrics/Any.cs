using CsCheck;

namespace HostAtlas.Engine.Tests.Metrics;

/// <summary>Generators that several suites share.</summary>
internal static class Any
{
    /// <summary>Finite doubles as metrics have them, and as nobody would think of.</summary>
    public static readonly Gen<double> Finite = Gen.Frequency(
        (4, Gen.Int[0, 100].Select(n => (double)n)),
        (4, Gen.Long[-10_000_000, 10_000_000].Select(n => n / 100.0)),
        (2, Gen.Long[-10_000_000, 10_000_000].Select(n => n / 1e6)),
        (2, Gen.Long.Select(n => (double)n)),
        (2, Gen.Double[-1e6, 1e6]),
        (2, Gen.Long.Select(BitConverter.Int64BitsToDouble).Where(double.IsFinite)),
        (1, Of(0.0, -0.0, double.Epsilon, -double.Epsilon, double.MaxValue, double.MinValue, 9007199254740992, 9007199254740993,
            -9007199254740992, 9007199254.740992, 0.1, 0.3, 1e-6, 1e-7, 5e-324, 2.5e-7, 123456789012.25)));

    /// <summary>One of these.</summary>
    public static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
