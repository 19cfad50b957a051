namespace HostAtlas.Agent.Inventory.Parsing;

/// <summary>What /proc/cpuinfo says: the model's name (x86: <c>model name</c>; some ARM boards: <c>Model</c> or <c>Hardware</c>), how many
/// processors are online, and whether a hypervisor shows itself to them.</summary>
internal sealed record CpuInfo(string? Model, int Count, bool Hypervisor)
{
    private static readonly string[] ModelKeys = ["model name", "Model", "Hardware", "cpu model", "cpu"];

    /// <summary>Reads the text.</summary>
    public static CpuInfo Parse(string text)
    {
        var models = new string?[ModelKeys.Length];
        var count = 0;
        var hypervisor = false;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var colon = line.IndexOf(':');
            if (colon < 0) continue;
            var key = line[..colon].Trim();
            var value = line[(colon + 1)..].Trim();
            if (key is "processor") count++;
            else if (key is "flags" && !hypervisor) hypervisor = $" {value} ".Contains(" hypervisor ", StringComparison.Ordinal);
            for (var i = 0; i < ModelKeys.Length; i++)
            {
                if (models[i] is null && key.SequenceEqual(ModelKeys[i]) && value.Length is > 0 and < 200) models[i] = value.ToString();
            }
        }
        return new CpuInfo(models.FirstOrDefault(model => model is not null), count, hypervisor);
    }
}
