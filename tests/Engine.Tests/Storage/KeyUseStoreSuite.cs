using HostAtlas.Engine.Storage;
using HostAtlas.Shared.Ids;

namespace HostAtlas.Engine.Tests.Storage;

/// <summary>What a store of keys' uses promises, whichever it is.</summary>
public abstract class KeyUseStoreSuite
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);
    private static readonly TeamId Team = EmbeddedEngine.NewId<TeamId>(), Other = EmbeddedEngine.NewId<TeamId>();

    /// <summary>The store that this suite is run against, empty.</summary>
    protected abstract IKeyUseStore Uses { get; }

    [Fact]
    public async Task A_key_keeps_the_latest_time_whoever_writes_last()
    {
        var (one, two, never) = (EmbeddedEngine.NewId<KeyId>(), EmbeddedEngine.NewId<KeyId>(), EmbeddedEngine.NewId<KeyId>());
        await Uses.WriteAsync([new KeyUse(Team, one, Now), new KeyUse(Team, two, Now)], CancellationToken.None);
        // Another node, which is a little late.
        await Uses.WriteAsync(
            [new KeyUse(Team, two, Now.AddSeconds(9)), new KeyUse(Team, one, Now.AddSeconds(-9))], CancellationToken.None);

        var read = await Uses.ReadAsync(Team, CancellationToken.None);
        Assert.Equal((Now, Now.AddSeconds(9)), (read[one], read[two]));
        Assert.DoesNotContain(never, read.Keys);
    }

    [Fact]
    public async Task A_team_sees_its_own_keys_only()
    {
        var (own, foreign) = (EmbeddedEngine.NewId<KeyId>(), EmbeddedEngine.NewId<KeyId>());
        await Uses.WriteAsync([new KeyUse(Team, own, Now), new KeyUse(Other, foreign, Now)], CancellationToken.None);

        Assert.Equal([own], (await Uses.ReadAsync(Team, CancellationToken.None)).Keys);
        Assert.Equal([foreign], (await Uses.ReadAsync(Other, CancellationToken.None)).Keys);
    }
}
