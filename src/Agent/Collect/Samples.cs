namespace HostAtlas.Agent.Collect;

/// <summary>The values of one tick as they are gathered, by metric name.</summary>
internal sealed class Samples(int capacity)
{
    private readonly Dictionary<string, double> _values = new(capacity);

    /// <summary>What was gathered.</summary>
    public IReadOnlyDictionary<string, double> Values => _values;

    /// <summary>How many mounts, devices, interfaces and sensors were left out because there are more than a source tells about.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Adds a value. One without a true value (null, not finite) is left out; of two with one name the first stays.</summary>
    public void Add(string name, double? value)
    {
        if (value is { } known && double.IsFinite(known)) _values.TryAdd(name, known);
    }

    /// <summary>Takes note that one thing is not told about.</summary>
    public void LeaveOut() => LeftOut++;
}
