using System.Text.RegularExpressions;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Databases;
using Npgsql;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

/// <summary>
/// Whoever sees rows of more than one team stands in docs/architecture.md, by role and by class: the list is held against what the database
/// says of its roles and against the places in the code that take one.
/// </summary>
public sealed partial class AcrossTeamsTests : IAsyncLifetime
{
    private const string Heading = "## Who sees more than one team";

    // The reader sees the one team its transaction names; the owner's is the one pool of migrations.
    private static readonly string[] OfOneTeamOrNone = ["Reader", "Owner", "All"];

    // Their tables hold no rows of teams by row level security: sealed events, sessions, wrapped keys.
    private static readonly string[] BesideThePolicies = ["hostatlas_journal", "hostatlas_platform"];

    private PostgresDatabaseUnderTest _test = null!;

    public async Task InitializeAsync() => _test = await Prepared.NewAsync();

    public Task DisposeAsync() => _test.DisposeAsync().AsTask();

    [Fact]
    public async Task Every_role_that_the_database_shows_more_than_one_team_is_listed_and_no_other_is()
    {
        await using var connection = new NpgsqlConnection(_test.SuperuserConnection);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("""
            select distinct r.rolname from pg_policy p join pg_roles r on r.oid = any(p.polroles)
            where pg_get_expr(p.polqual, p.polrelid) not like '%hostatlas.team_id%'
            union select rolname from pg_roles where rolbypassrls and rolname like 'hostatlas%'
            """, connection);
        var there = new List<string>(BesideThePolicies);
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync()) there.Add(reader.GetString(0));
        }

        Assert.Equal(there.Distinct().Order(), Listed().Select(row => row.Role).Distinct().Order());
    }

    [Fact]
    public void Every_place_in_the_code_that_takes_such_a_role_is_listed_with_it()
    {
        var inCode = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith("PostgresRole.cs", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(file => TakenRole().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)
                .Where(role => !OfOneTeamOrNone.Contains(role))
                .Select(role => $"hostatlas_{role.ToLowerInvariant()} {Path.GetFileNameWithoutExtension(file)}"));
        var listed = Listed().SelectMany(row => row.Classes.Select(name => $"{row.Role} {name}"));

        Assert.Equal(listed.Order(), inCode.Distinct().Order());
    }

    private static IEnumerable<(string Role, string[] Classes)> Listed() =>
        File.ReadLines(Path.Combine(Repository.Root, "docs", "architecture.md"))
            .SkipWhile(line => line != Heading).Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Select(line => line.Split('|'))
            .Where(cells => cells.Length == 5 && cells[2].Contains("hostatlas_", StringComparison.Ordinal))
            .Select(cells => (cells[2].Trim(' ', '`'), cells[3].Split(',').Select(name => name.Trim(' ', '`')).ToArray()));

    [GeneratedRegex(@"\bPostgresRole\.(\w+)")]
    private static partial Regex TakenRole();
}
