using HostAtlas.Agent.Redaction;
using HostAtlas.Shared;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Inventory;

/// <summary>Gathers what could not be read. A reason may quote what a program said, so it is redacted like a line of a log.</summary>
internal sealed class InventoryFaults(Redactor redactor)
{
    private const int ReasonLength = 300;
    private readonly List<InventoryFault> _faults = [];

    /// <summary>What was gathered, each once.</summary>
    public IReadOnlyList<InventoryFault> All => [.. _faults.Distinct().Take(Limits.InventoryItems)];

    /// <summary>Notes one.</summary>
    public void Add(string source, string reason)
    {
        var line = redactor.Redact(RedactionMode.Log, reason.ReplaceLineEndings(" ").Trim()).Text;
        _faults.Add(new InventoryFault(source, line.Length > ReasonLength ? line[..ReasonLength] : line));
    }
}
