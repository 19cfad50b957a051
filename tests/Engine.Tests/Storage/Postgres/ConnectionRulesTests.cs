using HostAtlas.Engine.Storage;

namespace HostAtlas.Engine.Tests.Storage.Postgres;

public sealed class ConnectionRulesTests
{
    private const string Rest = "Database=hostatlas;Username=hostatlas;Password=secret-word";

    [Theory]
    [InlineData("Host=127.0.0.1;" + Rest)]
    [InlineData("Host=::1;" + Rest)]
    [InlineData("Host=localhost;Port=5433;" + Rest)]
    [InlineData("Host=/run/postgresql;Database=hostatlas;Username=hostatlas")]
    [InlineData("Host=db.example.net;SSL Mode=VerifyFull;" + Rest)]
    [InlineData("Host=192.0.2.1;SSL Mode=VerifyFull;Root Certificate=/etc/db-ca.pem;" + Rest)]
    public void A_server_is_local_or_its_certificate_is_verified(string text) => Assert.Empty(Faults(text));

    [Theory]
    [InlineData("Host=db.example.net;" + Rest, "SSL Mode=VerifyFull")]
    [InlineData("Host=db.example.net;SSL Mode=Require;" + Rest, "SSL Mode=VerifyFull")]
    [InlineData("Host=db.example.net;SSL Mode=VerifyCA;" + Rest, "SSL Mode=VerifyFull")]
    [InlineData("Host=192.0.2.1;SSL Mode=Disable;" + Rest, "SSL Mode=VerifyFull")]
    [InlineData("Host=127.0.0.1.example.net;" + Rest, "SSL Mode=VerifyFull")]
    [InlineData("Host=127.0.0.1,db.example.net;" + Rest, "name one host")]
    [InlineData("Host=127.0.0.1;Options=-c role=postgres;" + Rest, "'Options' is set by the platform itself")]
    [InlineData("Host=127.0.0.1;Include Error Detail=true;" + Rest, "'Include Error Detail' is set by the platform itself")]
    [InlineData("Host=127.0.0.1;No Reset On Close=true;" + Rest, "'No Reset On Close' is set by the platform itself")]
    [InlineData("Host=127.0.0.1;Search Path=public;" + Rest, "'Search Path' is set by the platform itself")]
    [InlineData("Host=127.0.0.1;Username=hostatlas", "Database is missing")]
    [InlineData("Host=127.0.0.1;Database=hostatlas", "Username is missing")]
    [InlineData(Rest, "Host is missing")]
    [InlineData("postgresql://hostatlas:secret-word@127.0.0.1/hostatlas", "it is no connection string")]
    [InlineData("Host=127.0.0.1;Port=secret-word;" + Rest, "it is no connection string")]
    [InlineData("", "must say where")]
    public void Anything_else_is_refused_with_what_to_do_and_without_the_password(string text, string why)
    {
        var faults = Faults(text);
        Assert.Contains(faults, fault => fault.Contains(why, StringComparison.Ordinal));
        Assert.DoesNotContain("secret-word", string.Join('\n', faults), StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_are_told_at_once() => Assert.Equal(3, Faults("Host=db.example.net;Pooling=false").Count(fault =>
        fault.Contains("Pooling", StringComparison.Ordinal) || fault.Contains("VerifyFull", StringComparison.Ordinal)
        || fault.Contains("Database is missing", StringComparison.Ordinal)));

    [Fact]
    public void Options_never_tell_the_connection_string()
    {
        var options = new StoreOptions(StoreKind.Postgresql, "Host=127.0.0.1;" + Rest);
        Assert.Equal("Postgresql", options.ToString());
        Assert.Single(new StoreOptions(StoreKind.Sqlite, "Host=127.0.0.1").Faults());
    }

    private static IReadOnlyList<string> Faults(string text) => new StoreOptions(StoreKind.Postgresql, text).Faults();
}
