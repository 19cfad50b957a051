using System.Buffers.Binary;
using System.Text;
using HostAtlas.Engine.Metrics;

namespace HostAtlas.Gateway.Tests.AtRest;

/// <summary>
/// What must not be found in anything that lies on a disk, in every form in which it could lie there. Byte searches, so that no format and
/// no encoding hides anything.
/// </summary>
internal sealed class PlantedValues
{
    private readonly List<(string What, byte[] Bytes)> _forms = [];
    private readonly ManyPatterns _patterns = new();

    /// <summary>A text: UTF-8, UTF-16 of both byte orders, base64 and hex of its UTF-8.</summary>
    public void Text(string what, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        Add($"{what} as UTF-8", utf8);
        Add($"{what} as UTF-16LE", Encoding.Unicode.GetBytes(text));
        Add($"{what} as UTF-16BE", Encoding.BigEndianUnicode.GetBytes(text));
        Add($"{what} in JSON", Encoding.UTF8.GetBytes(System.Text.Json.JsonSerializer.Serialize(text).Trim('"')));
        Printed(what, utf8);
    }

    /// <summary>Bytes: as they are, base64 and hex.</summary>
    public void Bytes(string what, byte[] bytes)
    {
        Add($"{what} as bytes", bytes);
        Printed(what, bytes);
    }

    /// <summary>A metric's value: as text and as a double of both byte orders.</summary>
    public void Value(double value)
    {
        Text($"the value {value:R}", value.ToString("R", System.Globalization.CultureInfo.InvariantCulture));
        var bytes = new byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        Add($"the value {value:R} little-endian", [.. bytes]);
        BinaryPrimitives.WriteDoubleBigEndian(bytes, value);
        Add($"the value {value:R} big-endian", [.. bytes]);
    }

    /// <summary>A report's values as they are packed before they are sealed.</summary>
    public void Report(params double[] values) => Add("a packed report", PackedValues.Pack(values));

    /// <summary>What of it lies in these bytes.</summary>
    public IEnumerable<string> FindIn(string where, byte[] bytes) =>
        _patterns.FindIn(bytes).Select(form => $"{_forms[form].What} lies in {where}");

    /// <summary>Each form, for the test of the search itself.</summary>
    public IReadOnlyList<(string What, byte[] Bytes)> Forms => _forms;

    private void Printed(string what, byte[] bytes)
    {
        // Base64 of three alignments: within a longer text it may begin anywhere. Its first and last characters depend on the neighbours.
        for (var shift = 0; shift < 3; shift++)
        {
            var text = Convert.ToBase64String([.. new byte[shift], .. bytes]);
            Add($"{what} as base64", Encoding.ASCII.GetBytes(text[(shift == 0 ? 0 : shift + 1)..(bytes.Length * 4 / 3)]));
        }
        Add($"{what} as hex", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes)));
        Add($"{what} as HEX", Encoding.ASCII.GetBytes(Convert.ToHexString(bytes)));
    }

    private void Add(string what, byte[] bytes)
    {
        if (bytes.Length < ManyPatterns.Shortest) throw new ArgumentException($"{what} is too short to be told from chance.");
        _patterns.Add(bytes);
        _forms.Add((what, bytes));
    }
}
