namespace HostAtlas.Shared.Tests.Architecture;

public sealed class StyleTests
{
    private static readonly IReadOnlyList<SourceFile> CSharp = SourceFile.CSharp(), All = SourceFile.All();

    [Fact]
    public void Files_lines_and_methods_keep_their_sizes() => AssertNone(CSharp.SelectMany(StyleRules.Sizes));

    [Fact]
    public void Names_say_what_a_thing_is() => AssertNone(CSharp.SelectMany(StyleRules.Names));

    [Fact]
    public void Only_one_file_asks_an_actor_and_waits() => AssertNone(CSharp.SelectMany(StyleRules.Asks));

    [Fact]
    public void Only_programs_read_the_environment() => AssertNone(CSharp.SelectMany(StyleRules.Environments));

    [Fact]
    public void No_file_names_a_path_of_a_machine() => AssertNone(All.SelectMany(StyleRules.MachinePaths));

    [Fact]
    public void Nothing_is_left_for_later() => AssertNone(CSharp.SelectMany(StyleRules.Promises));

    [Fact]
    public void Each_rule_can_fail()
    {
        Assert.NotEmpty(StyleRules.Sizes(File("src/A.cs", [.. Enumerable.Repeat("x", 401)])));
        Assert.NotEmpty(StyleRules.Sizes(File("src/A.cs", new string('x', 141))));
        Assert.NotEmpty(StyleRules.Sizes(File("src/XActor.cs", [.. Enumerable.Repeat("x", 131)])));
        Assert.NotEmpty(StyleRules.Sizes(File("src/A.cs", ["    void M()", "    {", .. Enumerable.Repeat("x", 71), "    }"])));
        Assert.NotEmpty(StyleRules.Names(File("src/Engine/StringUtils.cs", "")));
        Assert.NotEmpty(StyleRules.Names(File("src/Engine/Helpers/A.cs", "")));
        Assert.NotEmpty(StyleRules.Asks(File("src/Engine/A.cs", "await region.Ask<IEngineReply>(x);")));
        Assert.NotEmpty(StyleRules.Environments(File("src/Agent/A.cs", "Environment.GetEnvironmentVariable(name)")));
        Assert.NotEmpty(StyleRules.MachinePaths(File("docs/a.md", "see /" + "home/somebody/x")));
        Assert.NotEmpty(StyleRules.Promises(File("src/A.cs", "// TO" + "DO later")));
    }

    private static SourceFile File(string path, params string[] lines) => new(path, lines);

    private static void AssertNone(IEnumerable<string> faults)
    {
        var all = faults.ToList();
        Assert.True(all.Count == 0, string.Join('\n', all));
    }
}
