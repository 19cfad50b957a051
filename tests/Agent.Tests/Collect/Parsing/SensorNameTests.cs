using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Tests.Collect.Parsing;

public sealed class SensorNameTests
{
    [Theory]
    [InlineData("coretemp\n", "coretemp.0", "Core 1\n", "coretemp.0/Core 1")]
    [InlineData("nvme", "nvme1", "Composite", "nvme1/Composite")]
    [InlineData("k10temp", "0000:00:18.3", "Tctl", "k10temp/0000:00:18.3/Tctl")]
    [InlineData("cpu_thermal", null, "temp1", "cpu_thermal/temp1")]
    [InlineData("", "w83627hf.656", "temp2", "w83627hf.656/temp2")]
    public void A_sensor_is_named_by_chip_device_and_label(string chip, string? device, string label, string name) =>
        Assert.Equal(name, SensorName.OfHwmon(chip, device, label));

    [Theory]
    [InlineData("cpu-thermal\n", "thermal_zone0", "cpu-thermal/thermal_zone0")]
    [InlineData("", "thermal_zone2", "thermal_zone2")]
    public void A_zone_is_named_by_type_and_number(string type, string zone, string name) =>
        Assert.Equal(name, SensorName.OfZone(type, zone));

    [Theory]
    [InlineData("cpu_thermal\n", "cpu-thermal\n", true)]
    [InlineData("acpitz", "acpitz", true)]
    [InlineData("coretemp", "x86_pkg_temp", false)]
    public void A_chip_made_of_a_zone_is_known_by_its_name(string chip, string type, bool isSame) =>
        Assert.Equal(isSame, SensorName.IsSame(chip, type));

    [Theory]
    [InlineData("temp1_input", 1)]
    [InlineData("temp12_input", 12)]
    [InlineData("temp_input", null)]
    [InlineData("temp1_crit", null)]
    [InlineData("temp+1_input", null)]
    public void Only_inputs_are_temperatures(string file, int? number) => Assert.Equal(number, SensorName.InputNumber(file));
}
