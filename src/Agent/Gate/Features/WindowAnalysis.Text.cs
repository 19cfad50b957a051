namespace HostAtlas.Agent.Gate.Features;

/// <content>Bytes in the form of text.</content>
internal sealed partial class WindowAnalysis
{
    // Shorter ones are only compared with what they were.
    private const int FormsLeast = 1024;

    private void TextForms(ReadOnlySpan<byte> window, bool isLast, Findings findings)
    {
        if (window.Length < FormsLeast) return;
        var signs = EncodedText.Signs(findings.Whole);
        findings.IsUniformText = signs > 0;
        if (window.Length < JudgedLeast) return;
        // What goes on behind the window is not taken for broken where the window ends.
        var behind = isLast ? 0 : 1;
        if (signs == 0)
        {
            if (!TextDumps.Decode(window, findings.Whole, _output) || !IsRandomLike(_output.Kept, _output.Length + behind)) return;
            (findings.EncodedBytes, findings.IsUniformText) = (window.Length, true);
            return;
        }
        var held = TextFraming.Look(window, _output, () => IsRandomLike(_output.Kept, _output.Length + behind));
        if (held == TextFraming.Held.Known) return;
        _output.Clear();
        // What decodes to a known container, or to nothing random-like, is a file in text form.
        if (held == TextFraming.Held.None && EncodedText.Decode(window, signs, _output)
            && !IsRandomLike(_output.Kept, _output.Length + behind)) return;
        findings.EncodedBytes = window.Length;
    }
}
