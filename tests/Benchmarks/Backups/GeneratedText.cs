using System.Globalization;
using System.Text;

namespace HostAtlas.Benchmarks.Backups;

/// <summary>
/// Lines as servers have them: a service's log and source text. Words come from a vocabulary in which few are frequent and most are rare,
/// a source file keeps to some names of its own, a log to some programs that call; numbers, addresses and ids in between do not repeat. So
/// zstd packs it to a quarter, a little less tightly than what it stands for (the Python library's sources to 0.25, apt's log to 0.14).
/// </summary>
internal sealed class GeneratedText
{
    private const int Words = 6_000, NamesOfFile = 48;

    private static readonly string[] Syllables =
        ["con", "re", "ser", "ver", "qu", "ta", "ble", "in", "de", "ex", "pro", "cess", "lo", "ad", "er", "na", "me", "st", "or", "age",
            "k", "ey", "val", "ue", "net", "wor", "li", "st", "en", "th", "re", "ad", "b", "uf", "fer", "s", "can", "pa", "th", "ing"];

    private static readonly string[] Levels = ["INFO", "INFO", "INFO", "INFO", "DEBUG", "DEBUG", "WARN", "ERROR"];
    private static readonly string[] Keywords = ["return", "if", "for", "while", "var", "int", "string", "await", "new", "public"];

    private static readonly string[] Callers =
    [
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "curl/7.88.1", "Prometheus/2.53.0", "Go-http-client/2.0",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148",
    ];

    private static readonly string[] Idioms = ["return null;", "continue;", "throw new InvalidOperationException();", "}", "", "break;"];

    private readonly string[] _names = new string[NamesOfFile];
    private readonly string[] _words = new string[Words];
    private readonly StringBuilder _line = new();

    /// <summary>With a vocabulary of its own, the same at every time.</summary>
    public GeneratedText()
    {
        var noise = new Noise(1);
        for (var i = 0; i < Words; i++)
            _words[i] = string.Concat(Enumerable.Range(0, 1 + noise.Below(4)).Select(_ => Syllables[noise.Below(Syllables.Length)]));
    }

    /// <summary>Fills a file with lines of a log.</summary>
    public void FillLog(ref Noise noise, Span<byte> file)
    {
        var (ms, pid) = (1_780_000_000_000L + noise.Below(1 << 30), noise.Below(30_000));
        while (!file.IsEmpty)
        {
            ms += noise.Below(700);
            var at = DateTimeOffset.FromUnixTimeMilliseconds(ms);
            _line.Clear().Append(CultureInfo.InvariantCulture, $"{at:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} web-{noise.Below(12):00} ")
                .Append(CultureInfo.InvariantCulture, $"{_words[noise.Below(12)]}[{pid + noise.Below(4)}]: {Levels[noise.Below(8)]} ");
            if (noise.Below(3) > 0) Request(ref noise);
            else Prose(ref noise, 6 + noise.Below(12));
            file = Take(file);
        }
    }

    /// <summary>Fills a file with lines of source.</summary>
    public void FillSource(ref Noise noise, Span<byte> file)
    {
        for (var i = 0; i < NamesOfFile; i++) _names[i] = Word(ref noise) + (noise.Below(2) == 0 ? "" : "_" + Word(ref noise));
        var depth = 0;
        while (!file.IsEmpty)
        {
            _line.Clear().Append(' ', 4 * depth);
            switch (noise.Below(10))
            {
                case 0 when depth < 6:
                    depth++;
                    _line.Append(CultureInfo.InvariantCulture, $"if ({Name(ref noise)}.{Name(ref noise)}({Name(ref noise)})) {{");
                    break;
                case 1 or 2 when depth > 0:
                    depth--;
                    _line.Clear().Append(' ', 4 * depth).Append('}');
                    break;
                case 3:
                    _line.Append("// ");
                    Prose(ref noise, 5 + noise.Below(10));
                    break;
                case 4 or 5:
                    _line.Append(Idioms[noise.Below(Idioms.Length)]);
                    break;
                case 6:
                    _line.Append(CultureInfo.InvariantCulture, $"{Name(ref noise)} = {Name(ref noise)}[{noise.Below(1 << 10)}];");
                    break;
                default:
                    _line.Append(CultureInfo.InvariantCulture, $"{Keywords[noise.Below(10)]} {Name(ref noise)} = ")
                        .Append(CultureInfo.InvariantCulture, $"{Name(ref noise)}({Name(ref noise)}, {Name(ref noise)});");
                    break;
            }
            file = Take(file);
        }
    }

    private void Request(ref Noise noise)
    {
        var (status, caller) = (noise.Below(20) == 0 ? 404 : 200, Callers[noise.Below(Callers.Length)]);
        _line.Append(CultureInfo.InvariantCulture, $"10.{noise.Below(4)}.{noise.Below(256)}.{noise.Below(256)} ")
            .Append(CultureInfo.InvariantCulture, $"\"GET /api/{Word(ref noise)}/{noise.Below(1 << 20)} HTTP/1.1\" {status} ")
            .Append(CultureInfo.InvariantCulture, $"{noise.Below(40_000)} {noise.Below(900)}ms \"{caller}\"");
        if (noise.Below(4) == 0) _line.Append(CultureInfo.InvariantCulture, $" trace={noise.Next():x16}");
    }

    private void Prose(ref Noise noise, int words)
    {
        for (var i = 0; i < words; i++) _line.Append(Word(ref noise)).Append(i == words - 1 ? "." : noise.Below(9) == 0 ? ", " : " ");
    }

    // Of the file's own names the first few are used most.
    private string Name(ref Noise noise)
    {
        var u = noise.Unit();
        return _names[(int)(u * u * NamesOfFile)];
    }

    // The k-th word about as often as 1/k: u cubed is steep enough.
    private string Word(ref Noise noise)
    {
        var u = noise.Unit();
        return _words[(int)(u * u * u * Words)];
    }

    // The last line is cut where the file ends.
    private Span<byte> Take(Span<byte> file)
    {
        _line.Append('\n');
        var written = 0;
        foreach (var part in _line.GetChunks())
        {
            Encoding.ASCII.TryGetBytes(part.Span[..Math.Min(part.Length, file.Length - written)], file[written..], out var bytes);
            written += bytes;
        }
        return file[written..];
    }
}
