using HostAtlas.Agent.Gate.Features;

namespace HostAtlas.Agent.Gate.Rules;

/// <summary>What the gate knows of a file beside its content.</summary>
internal readonly record struct FileContext
{
    /// <summary>Its name, without the folders.</summary>
    public required string Name { get; init; }

    /// <summary>What the last snapshot has of it, also under the name that it had then; null: it is new.</summary>
    public FileRecord? Before { get; init; }

    /// <summary>The host's own configuration says that it is meant to be encrypted.</summary>
    public bool IsDeclared { get; init; }

    /// <summary>The server is being learned: only the rules that the table marks for it count.</summary>
    public bool IsLearning { get; init; }
}

/// <summary>The verdict on one file: pure. Every rule that hits is named.</summary>
internal static class FileJudge
{
    /// <summary>The rule about declared files: their framing must stay what it was.</summary>
    public const string FramingLost = "framing-lost";

    /// <summary>What it sees, for people, and why nothing ordinary does that.</summary>
    public const string FramingLostCatches = "a declared file no longer begins as it did",
        FramingLostWhy = "an attack takes the framing away";

    /// <summary>Judges.</summary>
    public static FileVerdict Judge(FileFeatures file, in FileContext context)
    {
        var framing = EncryptedFraming.Of(file.Head.Span);
        var record = new FileRecord(
            context.IsDeclared && framing is not null ? framing : file.Type, file.Entropy, file.Ratio, file.Bytes);
        if (context.IsDeclared) return Declared(record, framing, context);
        var hits = new List<string>();
        foreach (var rule in ContentRules.All)
        {
            if ((rule.Learning || !context.IsLearning) && rule.Hits(file)) hits.Add(rule.Name);
        }
        if (!context.IsLearning)
        {
            if (NameRules.Hits(context.Name, file)) hits.Add(NameRules.Name);
            if (context.Before is { } before)
            {
                foreach (var rule in ChangeRules.All)
                {
                    if (rule.Hits(before, file)) hits.Add(rule.Name);
                }
            }
        }
        return new FileVerdict(hits.Count > 0 ? GateVerdict.HeldBack : GateVerdict.Clean, hits, record);
    }

    // A declared file without any known framing (a volume of a database's own) is taken as it is: its owner said so.
    private static FileVerdict Declared(FileRecord record, string? framing, in FileContext context)
    {
        var lost = context.Before is { } before && IsFraming(before.Type) && before.Type != framing;
        return new FileVerdict(lost ? GateVerdict.HeldBack : GateVerdict.Clean, lost ? [FramingLost] : [], record);
    }

    private static bool IsFraming(string type) =>
        type is "age" or "luks" or "pgp" or "pgp-armor" or "openssl" or "hostatlas" or "keepass" or "ansible-vault";
}
