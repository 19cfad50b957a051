using System.Text;
using HostAtlas.Agent.Gate.Evidence;
using HostAtlas.Agent.Gate.Rules;

namespace HostAtlas.Agent.Tests.Gate;

public sealed class RansomNoteTests
{
    [Theory]
    [InlineData("HOW TO DECRYPT FILES.txt", true)]
    [InlineData("how_to_recover_your_data.html", true)]
    [InlineData("!!!READ_ME_TO_RESTORE!!!.hta", true)]
    [InlineData("restore-my-files.txt", true)]
    [InlineData("_DECRYPT_INSTRUCTIONS.txt", true)]
    [InlineData("decrypt your files.md", true)]
    [InlineData("x7f2ka-readme.txt", true)]
    [InlineData("ransom note.rtf", true)]
    [InlineData("README.md", false)]
    [InlineData("readme.txt", false)]
    [InlineData("decryptor.cs", false)]
    [InlineData("restore.sh", false)]
    [InlineData("how-to-write.md", false)]
    [InlineData("", false)]
    public void A_note_is_known_by_its_name(string name, bool isNote) => Assert.Equal(isNote, RansomNote.IsNamedSo(name));

    [Fact]
    public void Names_made_to_be_matched_slowly_are_matched_like_any_other()
    {
        string[] names =
            [new('!', 100_000), string.Concat(Enumerable.Repeat("a-readme.tx", 10_000)), $"how to decrypt{new string('.', 100_000)}"];
        Assert.Equal([false, false, true], names.Select(RansomNote.IsNamedSo));
        var seen = new NewNames();
        foreach (var name in names) seen.New(Encoding.UTF8.GetBytes("folder/" + name));
        Assert.Equal(1, seen.NoteFolders);
    }
}
