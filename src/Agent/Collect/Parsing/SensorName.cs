using System.Globalization;

namespace HostAtlas.Agent.Collect.Parsing;

/// <summary>
/// Names a temperature sensor so that the name survives a restart. The numbers of hwmon devices do not: they are given in the order in
/// which drivers start.
/// </summary>
internal static class SensorName
{
    private static readonly char[] Blank = ['\n', ' ', '\t', '\0'];

    /// <summary>
    /// Chip, device and label, e.g. <c>coretemp.0/Core 1</c>, <c>nvme0/Composite</c>, <c>k10temp/0000:00:18.3/Tctl</c>. A device that is
    /// called after its chip stands for both.
    /// </summary>
    /// <param name="chip">What the driver calls it, file <c>name</c>; may be empty.</param>
    /// <param name="device">The last part of the link <c>device</c>; null when there is none.</param>
    /// <param name="label">File <c>tempN_label</c>, else <c>tempN</c>.</param>
    public static string OfHwmon(string chip, string? device, string label)
    {
        chip = chip.Trim(Blank);
        var place = device is null ? chip
            : chip.Length == 0 || device.StartsWith(chip, StringComparison.Ordinal) ? device
            : $"{chip}/{device}";
        return $"{place}/{label.Trim(Blank)}";
    }

    /// <summary>Type and zone, e.g. <c>cpu-thermal/thermal_zone0</c>: several zones may have one type.</summary>
    public static string OfZone(string type, string zone) => type.Trim(Blank) is { Length: > 0 } known ? $"{known}/{zone}" : zone;

    /// <summary>
    /// Whether the kernel shows a zone's temperature as a hwmon chip too (Documentation/driver-api/thermal/sysfs-api.rst): the chip is
    /// called after the zone's type, with underscores for what a chip's name must not hold.
    /// </summary>
    public static bool IsSame(string chip, string type) =>
        string.Equals(chip.Trim(Blank), type.Trim(Blank).Replace('-', '_'), StringComparison.Ordinal)
        || string.Equals(chip.Trim(Blank), type.Trim(Blank), StringComparison.Ordinal);

    /// <summary>N of a file <c>tempN_input</c>; null for every other file.</summary>
    public static int? InputNumber(ReadOnlySpan<char> file) =>
        file.StartsWith("temp") && file.EndsWith("_input")
        && int.TryParse(file["temp".Length..^"_input".Length], NumberStyles.None, null, out var number) ? number : null;
}
