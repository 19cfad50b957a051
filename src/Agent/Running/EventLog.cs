using System.Globalization;
using System.Text.Json;

namespace HostAtlas.Agent.Running;

/// <summary>
/// What the running agent says: one line an event (a change, not a tick) to standard error, where systemd and people look. Never a secret.
/// </summary>
public sealed class EventLog(TextWriter writer, TimeProvider time, bool json)
{
    /// <summary>Something changed as it should.</summary>
    public void Info(string text) => Write("info", text);

    /// <summary>Something needs a look.</summary>
    public void Warning(string text) => Write("warning", text);

    private void Write(string level, string text)
    {
        var at = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        text = text.ReplaceLineEndings(" ");
        writer.WriteLine(json
            ? $"{{\"at\":\"{at}\",\"level\":\"{level}\",\"text\":\"{JsonEncodedText.Encode(text)}\"}}"
            : $"{at} {level}: {text}");
        writer.Flush();
    }
}
