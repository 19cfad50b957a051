using System.Buffers;
using System.Collections.Frozen;
using HostAtlas.Agent.Redaction.Rules;
using HostAtlas.Agent.Redaction.Shell;

namespace HostAtlas.Agent.Redaction.Scan;

/// <summary>
/// The marks without one of which no rule finds anything in a line of a log: for each the least frequent four bytes of it, in one table.
/// Most lines hold none of them, and are let through without being decoded.
/// </summary>
internal static class Anchors
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz", Digits = "0123456789";

    // Behind a short name: its end, a sign, a digit, or the letter that goes on with it.
    private const string AfterName = " =:\"'`])}>\\%*&_-.,;|/?$(\t" + Digits + Letters;

    // Before a word.
    private const string BeforeWord = " =\"'`[/\n(";

    // Behind a program's name.
    private const string AfterProgram = " \t\"'\\";

    // Behind a word that ends.
    private const string AfterWord = " =:\"'\t";

    private static readonly string[] Marks =
    [
        "hat_", "hak_", "hai_", "hbk_", "har_", "-BEGIN", "2DBEGIN", "055BEGIN", ";BEGIN", "SSH2 ENCRYPTED", "SSH2+ENCRYPTED", "SSH2%20ENC",
            "\"kty", "'kty", "RSAKeyValue", "?u=", "&u=", "/hooks/", "]: < ", "CLIENT -> SERVER: ",
            "Private-Lines:", "pbkdf2", "bcrypt_sha256$", "$argon2",
            "$scrypt$",
        "$2a$", "$2b$", "$2x$", "$2y$", "$apr1$", "$sha1$", "$gy$", "{SSHA", "{SHA}", "{SHA512}", "{CRYPT}", "{PBKDF2", "{ARGON2", "{MD5}",
        "{SMD5}", "SHA-256$", "scrypt:32768:", "@tcp(", "@tcp6(", "@unix(", "@udp(", ":thin:", ":oci:", ":oci8:", ":\\/\\/", "%3A%2F%2F",
        "bearer", "EXECVE", "argc=", "proctitle=", "cmd=", "ExecStart", "ExecReload=", "ExecStop", "cmdline=", "CMDEND (",
    ];

    private static readonly string[] Phrases =
        ["identified", "insert into", "replace into", "Login incorrect", "Login OK", "basic ", .. SchemeRule.SaslMarks,
            .. SqlPasswords.Marks, .. CallArgumentsRule.Marks, .. DeviceRule.Marks, "connect to ",
            "connect ", "addauth ", "monitor ", "pragma key", "pragma rekey", "resp="];

    private static readonly string[] Commands = ["COMMAND=", "CMD (", " : RUN ", "] RUN "];

    private static readonly FrozenDictionary<uint, Anchor> Exact = Build().ToFrozenDictionary();

    /// <summary>The phrases, for a second look, and the length of the longest.</summary>
    public static SearchValues<string> PhraseValues { get; } = SearchValues.Create(Phrases, StringComparison.OrdinalIgnoreCase);

    /// <summary>Bytes around a mark within which its phrase lies.</summary>
    public const int MostPhrase = 40;

    /// <summary>For each place 0, or the tag of the gram that has it; where several share one <see cref="Gram.AnyTag"/>.</summary>
    public static byte[] Table { get; } = Places();

    /// <summary>What these four bytes call for.</summary>
    public static Anchor Of(uint gram) => Exact.GetValueOrDefault(Gram.Folded(gram));

    private static byte[] Places()
    {
        var places = new byte[Gram.Places];
        foreach (var gram in Exact.Keys)
        {
            ref var place = ref places[Gram.Place(gram)];
            place = place == 0 ? Gram.Tag(gram) : Gram.AnyTag;
        }
        return places;
    }

    private static Dictionary<uint, Anchor> Build()
    {
        var table = new Dictionary<uint, Anchor>();
        foreach (var mark in Marks) Add(table, mark, Anchor.Rare, Letters + Digits);
        foreach (var phrase in Phrases) Add(table, phrase, Anchor.Phrase);
        foreach (var command in Commands) Add(table, command, Anchor.Command);
        foreach (var shape in TokenShapes.All) Add(table, shape.Prefix, Anchor.Rare, shape.Body == Body.Hex
            ? "0123456789abcdef" : Letters + Digits + "_-");
        foreach (var start in (string[])["eyJ", ":AA", "$1$", "$5$", "$6$", "$7$", "$y$"]) Add(table, start, Anchor.Rare, Letters
            + Digits + "_-./");
        foreach (var c in Enumerable.Range(33, 94).Select(code => (char)code).Where(c => c != '/')) Add(table, "://" + c, Anchor.Address);
        foreach (var start in (string[])["\n$ ", "\n+ ", "\n++", "m$ "])
        {
            foreach (var c in Enumerable.Range(32, 95)) Add(table, start + (char)c, Anchor.Command);
        }
        foreach (var stem in NamedValueRule.AsciiStems)
        {
            if (stem == "pw")
            {
                AddWord(table, stem, Anchor.Name);
                // admin_pw=x
                foreach (var before in "_-.") foreach (var after in AfterWord) Note(table, $"{before}{stem}{after}", Anchor.Name);
            }
            else Add(table, stem, Anchor.Name, AfterName);
        }
        // What they print counts where a program reads it.
        Add(table, "echo", Anchor.Fed);
        Add(table, "printf", Anchor.Fed);
        foreach (var c in " \"'$" + Letters + Digits) Note(table, "<<<" + c, Anchor.Fed);
        // "bob" "x" as a line of its own.
        foreach (var c in Letters)
        {
            foreach (var d in Letters + Digits + "_-.") Note(table, $"\n\"{c}{d}", Anchor.List);
            Note(table, $"\n\"{c}\"", Anchor.List);
        }
        foreach (var end in (string[])["otpw", "ndpw", "inpw", "erpw", "dbpw"]) Add(table, end, Anchor.Name);
        foreach (var program in ProgramTable.Names)
        {
            // HTTPie's names stand in every access log; there they are none.
            if (program is "http" or "https" or "httpie") continue;
            if (program.Length < 4) AddWord(table, program, Anchor.Program);
            // Of a name that is a word of other lines too its end tells more, with what stands behind a program.
            else if (Gram.IsCommon(program.AsSpan(Gram.Rarest(program), Gram.Length)))
            {
                foreach (var after in AfterProgram) Note(table, program[^3..] + after, Anchor.Program);
            }
            else Add(table, program, Anchor.Program);
        }
        return table;
    }

    private static void Add(Dictionary<uint, Anchor> table, string mark, Anchor anchor, string after = "")
    {
        if (mark.Length >= Gram.Length) Note(table, mark.AsSpan(Gram.Rarest(mark), Gram.Length), anchor);
        else if (mark.Length == 3) foreach (var c in after) Note(table, mark + c, anchor);
        else foreach (var c in after) foreach (var d in after) Note(table, $"{mark}{c}{d}", anchor);
    }

    private static void Note(Dictionary<uint, Anchor> table, ReadOnlySpan<char> gram, Anchor anchor)
    {
        var key = Gram.Of(gram);
        table[key] = table.GetValueOrDefault(key) | anchor;
    }

    // A word of two or three letters, with what may stand around it.
    private static void AddWord(Dictionary<uint, Anchor> table, string word, Anchor anchor)
    {
        foreach (var before in BeforeWord)
        {
            if (word.Length == 3) Note(table, before + word, anchor);
            else foreach (var after in AfterWord) Note(table, $"{before}{word}{after}", anchor);
        }
    }
}
