using System.Xml.Linq;
using HostAtlas.TestSupport;
using NetArchTest.Rules;

namespace HostAtlas.Shared.Tests.Architecture;

/// <summary>
/// The table of rooms: who may reach whom, read from the project files and from the built assemblies. They are loaded by path, so that this
/// project needs no reference to what it judges; the test command builds everything first.
/// </summary>
public sealed class RoomTests
{
    private static readonly Dictionary<string, string[]> Projects = new()
    {
        ["Shared"] = [],
        ["Engine"] = ["Shared"],
        ["Agent"] = ["Shared"],
        ["Gateway"] = ["Shared", "Engine"],
    };

    private static readonly string[] Openers =
        ["System.IO.File", "System.IO.FileInfo", "System.IO.FileStream", "System.IO.StreamReader", "System.IO.Directory"];

    /// <summary>Assembly, room (a namespace), and what types of that room never depend on.</summary>
    public static TheoryData<string, string, string[]> Rooms => new()
    {
        { "Shared", "HostAtlas.Shared",
            ["System.IO", "System.Net", "System.Diagnostics.Process", "System.Diagnostics.Stopwatch", "System.TimeProvider", "Akka"] },
        { "Agent", "HostAtlas.Agent", ["HostAtlas.Engine", "HostAtlas.Gateway", "Microsoft.AspNetCore"] },
        { "Agent", "HostAtlas.Agent.Collect.Parsing", ["System.IO", "System.Net", "System.Diagnostics.Process"] },
        { "Agent", "HostAtlas.Agent.Collect", ["System.Net.Http", "HostAtlas.Agent.Uplink", "HostAtlas.Agent.Spool"] },
        { "Agent", "HostAtlas.Agent.Inventory.Parsing", ["System.IO", "System.Net", "System.Diagnostics.Process"] },
        // Only HostFiles opens what these look for: it keeps the rule about private keys.
        { "Agent", "HostAtlas.Agent.Inventory.Certificates", Openers },
        { "Agent", "HostAtlas.Agent.Inventory.Cron", [.. Openers, "System.Net"] },
        { "Agent", "HostAtlas.Agent.Backup.Format",
            ["System.IO.File", "System.IO.Directory", "System.Net", "System.Diagnostics.Process", "System.TimeProvider", "Akka"] },
        { "Engine", "HostAtlas.Engine", ["HostAtlas.Gateway", "HostAtlas.Agent", "Microsoft.AspNetCore"] },
        { "Engine", "HostAtlas.Engine.Metrics", ["Microsoft.Data.Sqlite", "SQLitePCL", "Npgsql"] },
        { "Engine", "HostAtlas.Engine.Notifications",
            ["Microsoft.Data.Sqlite", "SQLitePCL", "Npgsql", "HostAtlas.Engine.Users", "HostAtlas.Engine.Servers"] },
        { "Engine", "HostAtlas.Engine.Presence", ["Microsoft.Data.Sqlite", "SQLitePCL", "Npgsql"] },
        { "Engine", "HostAtlas.Engine.Backups",
            ["Microsoft.Data.Sqlite", "SQLitePCL", "Npgsql", "Amazon", "HostAtlas.Engine.Teams", "HostAtlas.Engine.Users"] },
        { "Engine", "HostAtlas.Engine.Vault",
            ["Akka", "Microsoft.Data.Sqlite", "Npgsql", "HostAtlas.Engine.Storage", "HostAtlas.Engine.Backups"] },
        { "Engine", "HostAtlas.Engine.Teams",
            ["HostAtlas.Engine.Users", "HostAtlas.Engine.Servers", "HostAtlas.Engine.Storage", "System.IO"] },
        { "Engine", "HostAtlas.Engine.Users",
            ["HostAtlas.Engine.Teams", "HostAtlas.Engine.Servers", "HostAtlas.Engine.Storage", "System.IO"] },
        { "Engine", "HostAtlas.Engine.Servers",
            ["HostAtlas.Engine.Teams", "HostAtlas.Engine.Users", "HostAtlas.Engine.Storage", "System.IO"] },
        { "Gateway", "HostAtlas.Gateway",
            ["HostAtlas.Engine.Cluster", "HostAtlas.Engine.Storage.Sqlite", "HostAtlas.Engine.Storage.Postgres",
                "HostAtlas.Engine.Presence", "Microsoft.Data.Sqlite", "Npgsql", "Amazon"] },
        { "Gateway", "HostAtlas.Gateway.Pages", ["HostAtlas.Engine"] },
        { "Gateway", "HostAtlas.Gateway.Ingest", ["HostAtlas.Gateway.People", "HostAtlas.Engine.Storage"] },
        { "Gateway", "HostAtlas.Gateway.Watch", ["HostAtlas.Engine"] },
    };

    [Fact]
    public void Projects_reference_only_what_their_arrow_points_at()
    {
        foreach (var (project, allowed) in Projects)
        {
            var file = XDocument.Load(Path.Combine(Repository.Root, "src", project, $"HostAtlas.{project}.csproj"));
            var referenced = file.Descendants("ProjectReference")
                .Select(r => Path.GetFileNameWithoutExtension((string)r.Attribute("Include")!)["HostAtlas.".Length..]);
            Assert.Equal(allowed.Order(), referenced.Order());
        }
    }

    [Fact]
    public void The_shared_project_uses_no_package() =>
        Assert.Empty(XDocument.Load(Path.Combine(Repository.Root, "src", "Shared", "HostAtlas.Shared.csproj"))
            .Descendants("PackageReference"));

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_reaches_only_where_the_table_lets_it(string assembly, string room, string[] forbidden) =>
        Assert.Empty(Offenders(assembly, room, forbidden));

    [Theory]
    [InlineData("State")]
    [InlineData("Decisions")]
    [InlineData("Events")]
    public void What_an_entity_decides_by_knows_no_actor(string suffix)
    {
        var pure = Types.FromPath(Folder("Engine")).That().ResideInNamespaceMatching("HostAtlas\\.Engine\\.(Teams|Users|Servers|Backups)")
            .And()
            .HaveNameEndingWith(suffix);
        Assert.Empty(pure.ShouldNot().HaveDependencyOnAny("Akka", "System.IO", "System.TimeProvider").GetResult().FailingTypeNames ?? []);
    }

    [Fact]
    public void The_rules_can_fail()
    {
        Assert.NotEmpty(Offenders("Gateway", "HostAtlas.Gateway", ["HostAtlas.Shared"]));
        Assert.NotEmpty(Offenders("Engine", "HostAtlas.Engine.Storage", ["Microsoft.Data.Sqlite"]));
    }

    [Fact]
    public void The_rule_about_who_opens_files_can_fail() =>
        Assert.NotEmpty(Offenders("Agent", "HostAtlas.Agent.Inventory.Files", Openers));

    private static IEnumerable<string> Offenders(string assembly, string room, string[] forbidden) =>
        Types.FromPath(Folder(assembly)).That().ResideInNamespace(room).ShouldNot().HaveDependencyOnAny(forbidden).GetResult()
            .FailingTypeNames ?? [];

    private static string Folder(string assembly)
    {
        var folder = Path.Combine(Repository.Root, "src", assembly, "bin", "Release", "net10.0");
        Assert.True(File.Exists(Path.Combine(folder, $"HostAtlas.{assembly}.dll")),
            $"{assembly} is not built; ./hostatlas test builds everything first.");
        return folder;
    }
}
