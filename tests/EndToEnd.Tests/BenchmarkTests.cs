using System.Text.Json;
using HostAtlas.TestSupport;
using HostAtlas.TestSupport.Processes;
using Xunit.Abstractions;

namespace HostAtlas.EndToEnd.Tests;

/// <summary>Each benchmark still runs. What it measures in a fifth of a second means nothing and is not looked at.</summary>
public sealed class BenchmarkTests(ITestOutputHelper output)
{
    private static readonly string Program = Path.Combine(
        Repository.Root, "tests", "Benchmarks", "bin", "Release", "net10.0", "HostAtlas.Benchmarks.dll");

    [Theory]
    [InlineData("verify")]
    [InlineData("ingest")]
    [InlineData("batches")]
    [InlineData("sqlite")]
    [InlineData("atrest")]
    [InlineData("query")]
    [InlineData("backup")]
    [InlineData("backup-s3")]
    [InlineData("gate")]
    [InlineData("redaction")]
    public async Task Each_benchmark_gives_its_figures(string name)
    {
        var finished = await RunAsync(name, "--rounds", "1", "--seconds", "0.2", "--servers", "20", "--ours", "--json");
        Assert.True(finished.ExitCode == 0, finished.LastWords);
        using var result = JsonDocument.Parse(finished.Output);
        var tables = result.RootElement.GetProperty("tables").EnumerateArray().ToList();
        Assert.NotEmpty(tables);
        Assert.All(tables.SelectMany(table => table.GetProperty("rows").EnumerateArray()), row => Assert.True(
            row.GetProperty("median").GetDouble() > 0 && double.IsFinite(row.GetProperty("ratio").GetDouble()), row.ToString()));
        output.WriteLine($"{name}: {tables.Count} tables");
    }

    [Fact]
    public async Task Without_a_name_they_are_listed_and_an_unknown_name_or_figure_is_wrong_usage()
    {
        var list = await RunAsync();
        Assert.Equal(0, list.ExitCode);
        Assert.Contains("verify", list.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("nothing")).ExitCode);
        Assert.Equal(2, (await RunAsync("verify", "--rounds", "0")).ExitCode);
    }

    private static async Task<Finished> RunAsync(params string[] arguments)
    {
        await using var bench = ChildProcess.Start("dotnet", [Program, .. arguments]);
        return await bench.EndAsync(TimeSpan.FromMinutes(3));
    }
}
