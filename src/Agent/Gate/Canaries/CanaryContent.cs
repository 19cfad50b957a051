using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace HostAtlas.Agent.Gate.Canaries;

/// <summary>
/// What canaries hold: a document, a table, a picture and a page that programs open, with words and figures drawn anew for each, and a mark
/// of its own where nobody looks. They must be worth encrypting, and no list of their hashes can be made. Pure: the bytes follow from what
/// is drawn.
/// </summary>
/// <param name="random">Draws words and figures.</param>
/// <param name="mark">Draws 16 bytes that nobody can guess.</param>
internal sealed class CanaryContent(Random random, Func<byte[]> mark)
{
    private const int PictureWide = 320, PictureHigh = 200, Paragraphs = 24, Rows = 180;

    private static readonly string[] Words =
    [
        "account", "agreement", "annual", "april", "balance", "budget", "building", "client", "contract", "delivery", "department",
        "draft", "estimate", "expenses", "figures", "forecast", "household", "insurance", "invoice", "january", "letter", "list",
        "maintenance", "management", "march", "meeting", "minutes", "month", "notes", "november", "offer", "office", "order", "overview",
        "payment", "personnel", "plan", "project", "quarter", "receipt", "rent", "report", "review", "salary", "schedule", "september",
        "statement", "summary", "supplier", "tax", "travel", "vehicle", "year",
    ];

    /// <summary>The endings that there is content for.</summary>
    public static IReadOnlyList<string> Endings { get; } = ["docx", "csv", "png", "pdf"];

    /// <summary>The bytes of a file with one of the endings.</summary>
    public byte[] Of(string ending) => ending switch
    {
        "docx" => Document(),
        "csv" => Encoding.UTF8.GetBytes(Table()),
        "png" => Picture(),
        "pdf" => Page(),
        _ => throw new ArgumentOutOfRangeException(nameof(ending), ending, "There is no content of that kind."),
    };

    /// <summary>Some words that could be a file's name.</summary>
    public string Title() => $"{Word()}_{Word()}_{random.Next(2015, 2026).ToString(CultureInfo.InvariantCulture)}";

    private string Word() => Words[random.Next(Words.Length)];

    private string Mark() => Convert.ToHexStringLower(mark());

    private string Sentence()
    {
        var words = Enumerable.Range(0, random.Next(6, 16)).Select(_ => Word()).ToList();
        return char.ToUpperInvariant(words[0][0]) + string.Join(' ', words)[1..]
            + string.Create(CultureInfo.InvariantCulture, $" {random.Next(10, 90_000)}.");
    }

    private byte[] Document()
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Entry(zip, "[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default "
                + "Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" "
                + "ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>");
            Entry(zip, "_rels/.rels", "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship "
                + "Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" "
                + $"Target=\"word/document.xml\"/></Relationships><!-- {Mark()} -->");
            var text = new StringBuilder();
            for (var i = 0; i < Paragraphs; i++)
                text.Append("<w:p><w:r><w:t>").AppendJoin(' ', Enumerable.Range(0, 5).Select(_ => Sentence())).Append("</w:t></w:r></w:p>");
            Entry(zip, "word/document.xml", "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>"
                + $"{text}</w:body></w:document>");
        }
        return stream.ToArray();
    }

    private static void Entry(ZipArchive zip, string name, string text)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.Optimal);
        // Office programs write no other time; the archive's own clock would say when the canary was planted.
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var stream = entry.Open();
        stream.Write(Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n" + text));
    }

    private string Table()
    {
        var text = new StringBuilder("number;day;subject;place;amount;reference\n");
        for (var i = 1; i <= Rows; i++)
        {
            var (year, month, day) = (random.Next(2015, 2026), random.Next(1, 13), random.Next(1, 29));
            text.Append(CultureInfo.InvariantCulture, $"{i};{year}-{month:00}-{day:00};{Word()} {Word()};{Word()};")
                .Append(CultureInfo.InvariantCulture, $"{random.Next(100, 900_000) / 100.0:0.00};{(i == Rows ? Mark() : Word())}\n");
        }
        return text.ToString();
    }

    private byte[] Picture()
    {
        using var pixels = new MemoryStream();
        using (var packed = new ZLibStream(pixels, CompressionLevel.Optimal, leaveOpen: true))
        {
            var (red, green, blue) = (random.Next(200), random.Next(200), random.Next(200));
            var row = new byte[1 + (3 * PictureWide)];
            for (var y = 0; y < PictureHigh; y++)
            {
                for (var x = 0; x < PictureWide; x++)
                {
                    row[1 + (3 * x)] = (byte)(red + (y / 8) + random.Next(4));
                    row[2 + (3 * x)] = (byte)(green + (x / 16) + random.Next(4));
                    row[3 + (3 * x)] = (byte)(blue + ((x + y) / 20) + random.Next(4));
                }
                packed.Write(row);
            }
        }
        var head = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, PictureWide);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), PictureHigh);
        (head[8], head[9]) = (8, 2);
        return [0x89, .. "PNG\r\n\u001a\n"u8, .. Part("IHDR", head), .. Part("tEXt", Encoding.ASCII.GetBytes($"Comment\0{Mark()}")),
            .. Part("IDAT", pixels.ToArray()), .. Part("IEND", [])];
    }

    private static byte[] Part(string name, byte[] data)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(name), .. data];
        var part = new byte[named.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(part, data.Length);
        named.CopyTo(part, 4);
        BinaryPrimitives.WriteUInt32BigEndian(part.AsSpan(part.Length - 4), Containers.Crc32.Of(named));
        return part;
    }

    private byte[] Page()
    {
        var lines = string.Concat(Enumerable.Range(0, 40).Select(_ => $"({Sentence()}) Tj T*\n"));
        var text = $"BT /F1 10 Tf 14 TL 50 790 Td\n{lines}ET\n";
        var parts = new List<string>
        {
            "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
            $"<< /Length {text.Length.ToString(CultureInfo.InvariantCulture)} >>\nstream\n{text}endstream",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        };
        var (page, places) = (new StringBuilder("%PDF-1.4\n"), new List<int>());
        for (var i = 0; i < parts.Count; i++)
        {
            places.Add(page.Length);
            page.Append(CultureInfo.InvariantCulture, $"{i + 1} 0 obj\n{parts[i]}\nendobj\n");
        }
        var start = page.Length;
        page.Append(CultureInfo.InvariantCulture, $"xref\n0 {parts.Count + 1}\n0000000000 65535 f \n");
        foreach (var place in places) page.Append(CultureInfo.InvariantCulture, $"{place:D10} 00000 n \n");
        page.Append(CultureInfo.InvariantCulture,
            $"trailer\n<< /Size {parts.Count + 1} /Root 1 0 R /ID [<{Mark()}> <{Mark()}>] >>\nstartxref\n{start}\n%%EOF\n");
        return Encoding.ASCII.GetBytes(page.ToString());
    }
}
