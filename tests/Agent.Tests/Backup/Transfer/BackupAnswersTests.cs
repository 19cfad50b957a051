using System.Text.Json;
using HostAtlas.Agent.Backup.Transfer;
using HostAtlas.Shared.Wire;

namespace HostAtlas.Agent.Tests.Backup.Transfer;

public sealed class BackupAnswersTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("\"headers\": null,", true)]
    [InlineData("\"headers\": {},", true)]
    [InlineData("\"headers\": {\"if-none-match\": \"*\"},", true)]
    [InlineData("\"headers\": {\"if-none-match\": null},", false)]
    public void A_ticket_without_headers_has_none_and_one_with_half_a_header_is_not_taken(string headers, bool isWhole)
    {
        var answer = JsonSerializer.Deserialize(
            $$"""{"tickets": [{"method": "PUT", "url": "https://x", {{headers}} "expiresAt": "2026-01-01T00:00:00Z"}]}""",
            WireJson.Default.DownloadsAnswer)!;
        Assert.Equal(isWhole, BackupAnswers.IsWhole(answer));
        Assert.Equal(headers.Contains('*', StringComparison.Ordinal) || !isWhole ? 1 : 0, answer.Tickets[0].Headers.Count);
    }
}
