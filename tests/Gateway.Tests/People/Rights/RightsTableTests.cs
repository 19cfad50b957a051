using HostAtlas.Engine.Teams;
using HostAtlas.Gateway.People.Rights;

namespace HostAtlas.Gateway.Tests.People.Rights;

/// <summary>Every cell, written out again: a change of a right must be made twice, so that no one makes it by mistake.</summary>
public sealed class RightsTableTests
{
    private static readonly TeamRole[] Roles = [TeamRole.Viewer, TeamRole.Member, TeamRole.Admin, TeamRole.Owner];

    private static readonly KeyScopes[] Keys =
        [KeyScopes.Read, KeyScopes.Write, KeyScopes.ServersEnroll, KeyScopes.Read | KeyScopes.Write | KeyScopes.ServersEnroll];

    // Columns: the roles, then the keys, in the order above.
    private static readonly Dictionary<string, string> Cells = new()
    {
        ["ReadTeam"] /*    */ = "yes yes yes yes  yes no  no  yes",
        ["RenameTeam"] /*  */ = "no  no  yes yes  no  no  no  no",
        ["ReadMembers"] /* */ = "yes yes yes yes  no  no  no  no",
        ["ChangeRole"] /*  */ = "no  no  yes yes  no  no  no  no",
        ["EndMembership"]/**/ = "yes yes yes yes  no  no  no  no",
        ["ResetMember"] /* */ = "no  no  no  yes  no  no  no  no",
        ["ReadInvitations"] = "no  no  yes yes  no  no  no  no",
        ["Invite"] /*      */ = "no  no  yes yes  no  no  no  no",
        ["WithdrawInvitation"] = "no  no  yes yes  no  no  no  no",
        ["ReadServers"] /* */ = "yes yes yes yes  yes no  no  yes",
        ["ReadMetrics"] /* */ = "yes yes yes yes  yes no  no  yes",
        ["ReadLogs"] /*    */ = "yes yes yes yes  yes no  no  yes",
        ["ReadInventory"] /**/ = "yes yes yes yes  yes no  no  yes",
        ["ReadCommands"] /**/ = "yes yes yes yes  yes no  no  yes",
        ["SendCommand"] /* */ = "no  yes yes yes  no  yes no  yes",
        ["ReadBackups"] /* */ = "yes yes yes yes  yes no  no  yes",
        ["FreezeBackups"]/**/ = "no  yes yes yes  no  yes no  yes",
        ["ResumeBackups"]/**/ = "no  no  yes yes  no  no  no  no",
        ["ChangeRetention"] = "no  no  yes yes  no  no  no  no",
        ["CancelDeletion"] /**/ = "no  no  yes yes  no  no  no  no",
        ["AddServer"] /*   */ = "no  yes yes yes  no  yes yes yes",
        ["RenameServer"] /**/ = "no  yes yes yes  no  yes no  yes",
        ["DeleteServer"] /**/ = "no  no  yes yes  no  no  no  no",
        ["RotateToken"] /* */ = "no  yes yes yes  no  no  no  no",
        ["ReadKeys"] /*    */ = "no  no  yes yes  no  no  no  no",
        ["CreateKey"] /*   */ = "no  no  yes yes  no  no  no  no",
        ["RotateKey"] /*   */ = "no  no  yes yes  no  no  no  no",
        ["RevokeKey"] /*   */ = "no  no  yes yes  no  no  no  no",
        ["ReadNotifications"] = "no  no  yes yes  no  no  no  no",
        ["ChangeNotifications"] = "no  no  yes yes  no  no  no  no",
        ["ReadAudit"] /*   */ = "no  no  yes yes  no  no  no  no",
        ["WatchTeam"] /*   */ = "yes yes yes yes  yes no  no  yes",
    };

    [Fact]
    public void The_table_says_this_and_nothing_else()
    {
        Assert.Equal(Enum.GetNames<Operation>().Order(), Cells.Keys.Order());
        foreach (var operation in Enum.GetValues<Operation>())
        {
            var said = Roles.Select(role => RightsTable.Allows(role, operation))
                .Concat(Keys.Select(scopes => RightsTable.Allows(scopes, operation)));
            var expected = Cells[operation.ToString()].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(cell => cell == "yes");
            Assert.True(expected.SequenceEqual(said), $"The row of {operation} is another one than written here.");
        }
    }

    /// <summary>What takes a sign-in under 10 minutes old, whatever the role.</summary>
    private static readonly string[] Fresh =
    [
        nameof(Operation.ResetMember), nameof(Operation.ResumeBackups), nameof(Operation.ChangeRetention), nameof(Operation.DeleteServer),
    ];

    [Fact]
    public void What_cannot_be_undone_needs_a_fresh_sign_in_and_nothing_else_does() => Assert.Equal(
        Fresh, Enum.GetValues<Operation>().Where(RightsTable.NeedsFreshness).Select(operation => operation.ToString()));

    /// <summary>The protocol's own words, for every scope there is.</summary>
    [Theory]
    [InlineData(nameof(Operation.CreateKey))]
    [InlineData(nameof(Operation.Invite))]
    [InlineData(nameof(Operation.RotateToken))]
    [InlineData(nameof(Operation.RotateKey))]
    [InlineData(nameof(Operation.ChangeRole))]
    [InlineData(nameof(Operation.DeleteServer))]
    [InlineData(nameof(Operation.ResumeBackups))]
    [InlineData(nameof(Operation.ChangeRetention))]
    [InlineData(nameof(Operation.CancelDeletion))]
    public void No_scope_of_a_key_opens_what_the_protocol_keeps_for_people(string operation) =>
        Assert.All(Keys, scopes => Assert.False(RightsTable.Allows(scopes, Enum.Parse<Operation>(operation))));

    [Fact]
    public void A_key_without_scopes_may_nothing() =>
        Assert.All(Enum.GetValues<Operation>(), operation => Assert.False(RightsTable.Allows(KeyScopes.None, operation)));

    [Theory]
    [InlineData("read", KeyScopes.Read)]
    [InlineData("write", KeyScopes.Write)]
    [InlineData("servers:enroll", KeyScopes.ServersEnroll)]
    [InlineData("Read", KeyScopes.None)]
    [InlineData("", KeyScopes.None)]
    public void Scopes_have_the_protocols_names(string name, KeyScopes scope)
    {
        Assert.Equal(scope, WireNames.Scope(name));
        if (scope != KeyScopes.None) Assert.Equal([name], WireNames.Of(scope));
    }
}
