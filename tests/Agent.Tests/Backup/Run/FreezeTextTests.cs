using HostAtlas.Agent.Backup.Run;

namespace HostAtlas.Agent.Tests.Backup.Run;

public sealed class FreezeTextTests
{
    private const string Reason = "Backups of this server are frozen. A person must look at it and resume them; list and restore work.";

    private static readonly LastRun Last = new()
    {
        BeganAt = DateTimeOffset.UnixEpoch,
        Generation = 7,
        Fingerprint = "abcd",
        CommittedAt = DateTimeOffset.UnixEpoch,
    };

    [Fact]
    public void A_refused_run_still_says_what_was_found_and_what_is_good()
    {
        var text = FreezeText.Of(Reason, Last, "/state/found.json");
        Assert.Contains("/state/found.json", text, StringComparison.Ordinal);
        Assert.Contains("generation 7, fingerprint abcd", text, StringComparison.Ordinal);
        Assert.Single(text.Split("look at it")[1..]);
    }

    [Fact]
    public void A_host_that_found_nothing_names_no_list_and_one_without_a_snapshot_none()
    {
        var text = FreezeText.Of(Reason, null, null);
        Assert.DoesNotContain("listed", text, StringComparison.Ordinal);
        Assert.DoesNotContain("generation", text, StringComparison.Ordinal);
    }
}
