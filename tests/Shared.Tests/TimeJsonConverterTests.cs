using System.Text.Json;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Shared.Tests;

public sealed class TimeJsonConverterTests
{
    private static readonly JsonSerializerOptions Options = new() { Converters = { new TimeJsonConverter() } };

    [Theory]
    [InlineData("2026-11-25T12:00:00Z", "2026-11-25T12:00:00.000+00:00")]
    [InlineData("2026-11-25T12:00:00.1Z", "2026-11-25T12:00:00.100+00:00")]
    [InlineData("2026-11-25T12:00:00.1239999Z", "2026-11-25T12:00:00.123+00:00")]
    [InlineData("2026-11-25T14:00:00.5+02:00", "2026-11-25T12:00:00.500+00:00")]
    public void A_time_has_three_digits_of_a_second_and_is_in_utc(string time, string written)
    {
        var text = JsonSerializer.Serialize(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture), Options);
        // The plus sign is escaped, as the serializer does by itself; whoever reads JSON gets it back.
        Assert.Equal(written, JsonDocument.Parse(text).RootElement.GetString());
    }
}
