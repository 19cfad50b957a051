using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Collect.Sources;

/// <summary>
/// Temperatures, from <c>/sys/class/hwmon</c> and from those zones of <c>/sys/class/thermal</c> that are not shown there. What sensors
/// there are is looked up when the list of chips or zones changes or one of them is gone.
/// </summary>
internal sealed class TemperatureSource(HostRoots roots) : IHostSource
{
    // A sensor that is not connected shows an end of its scale, -128 or 255 or worse; no part of a running computer is that cold or hot.
    private const double LowestCelsius = -60, HighestCelsius = 200;
    private const double UnitsPerDegree = 1000;

    private readonly SeriesNames _names = new("sensor", SeriesLimits.Sensors, "temperature.celsius");
    private readonly string _chips = roots.Sys("class", "hwmon"), _zones = roots.Sys("class", "thermal");
    private string _lookedUp = "";
    private List<Sensor> _sensors = [];

    public string Name => "temperature";

    public IReadOnlyList<string> Series => _names.Metrics;

    public string? Collect(Samples samples, TimeSpan sinceStart)
    {
        var folders = string.Join('/', [.. Folders(_chips, "hwmon"), .. Folders(_zones, "thermal_zone")]);
        if (folders != _lookedUp)
        {
            _sensors = LookUp();
            _lookedUp = folders;
        }
        foreach (var sensor in _sensors)
        {
            if (!_names.TryGet(sensor.Name, samples, out var names)) continue;
            // Another one may have come in its place under the same number.
            if (TryRead(sensor, out var celsius)) samples.Add(names[0], celsius);
            else _lookedUp = "";
        }
        return null;
    }

    // False: it is gone. A sensor that is there and does not answer (a sleeping disk) has no value this time.
    private static bool TryRead(Sensor sensor, out double? celsius)
    {
        celsius = null;
        try
        {
            if (!sensor.File.TryRead(out var text)) return false;
            if (SingleNumber.ParseSigned(text) is { Fault: null } read
                && read.Value / UnitsPerDegree is >= LowestCelsius and <= HighestCelsius and var known) celsius = known;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
        return true;
    }

    private static string[] Folders(string parent, string prefix)
    {
        if (!Directory.Exists(parent)) return [];
        var names = Directory.EnumerateFileSystemEntries(parent, prefix + "*").Select(path => Path.GetFileName(path)).ToArray();
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    private List<Sensor> LookUp()
    {
        var sensors = new List<Sensor>();
        var chips = new List<string>();
        foreach (var chip in Folders(_chips, "hwmon"))
        {
            var folder = Path.Combine(_chips, chip);
            chips.Add(ReadText(Path.Combine(folder, "name")));
            // Drivers of old kernels put the files of a chip at its device.
            if (!AddChip(sensors, folder, chips[^1], folder)) AddChip(sensors, folder, chips[^1], Path.Combine(folder, "device"));
        }
        foreach (var zone in Folders(_zones, "thermal_zone"))
        {
            var folder = Path.Combine(_zones, zone);
            var type = ReadText(Path.Combine(folder, "type"));
            if (chips.Exists(chip => SensorName.IsSame(chip, type))) continue;
            sensors.Add(new Sensor(SensorName.OfZone(type, zone), Path.Combine(folder, "temp")));
        }
        sensors.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return sensors;
    }

    private static bool AddChip(List<Sensor> sensors, string chipFolder, string chip, string folder)
    {
        if (!Directory.Exists(folder)) return false;
        var device = Path.GetFileName(new FileInfo(Path.Combine(chipFolder, "device")).LinkTarget);
        var count = sensors.Count;
        foreach (var path in Directory.EnumerateFiles(folder, "temp*_input"))
        {
            if (SensorName.InputNumber(Path.GetFileName(path.AsSpan())) is not { } number) continue;
            var label = ReadText(Path.Combine(folder, $"temp{number}_label"));
            sensors.Add(new Sensor(SensorName.OfHwmon(chip, device, label.Length > 0 ? label : $"temp{number}"), path));
        }
        return sensors.Count > count;
    }

    private static string ReadText(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private sealed class Sensor(string name, string path)
    {
        public string Name { get; } = name;
        public ProcFile File { get; } = new(path, ProcFile.OneNumberBytes);
    }
}
