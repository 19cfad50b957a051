using HostAtlas.Engine.Notifications;
using HostAtlas.Engine.Storage;
using HostAtlas.Gateway.Hosting;
using HostAtlas.TestSupport;

namespace HostAtlas.Gateway.Tests.Hosting;

public sealed class GatewaySettingsTests
{
    [Fact]
    public void Without_settings_the_defaults_hold()
    {
        var (options, faults) = GatewaySettings.Read([]);
        Assert.Empty(faults);
        Assert.Equal(new GatewayOptions(), options);
        Assert.Equal((TimeSpan.FromSeconds(60), "./data", "https://127.0.0.1:8443/"),
            (options.Window, options.Data, options.Url.ToString()));
    }

    [Fact]
    public void A_file_and_the_environment_speak_of_the_same_settings_and_the_later_one_wins()
    {
        var (fromFile, faults) = TomlSettings.Read("""
            [server]
            url = "https://atlas.example.net:9443" # the public one
            connections = 5_000
            [ingest]
            window_seconds = 30
            """);
        Assert.Empty(faults);
        var environment = GatewaySettings.OfEnvironment(new Dictionary<string, string>
        {
            ["HOSTATLAS__INGEST__WINDOW_SECONDS"] = "120",
            ["PATH"] = "/bin",
            ["HOSTATLAS_LOCKED"] = "true",
            ["HOSTATLAS_LONG"] = "1",
        });
        var (options, none) = GatewaySettings.Read([.. fromFile, .. environment]);
        Assert.Empty(none);
        Assert.Equal((5_000, TimeSpan.FromSeconds(120), "atlas.example.net"), (options.Connections, options.Window, options.Url.Host));
    }

    [Fact]
    public void How_people_are_told_is_read_with_the_files_that_it_names()
    {
        using var folder = new TempFolder();
        var password = folder.File("smtp-password");
        File.WriteAllText(password, "s3cret\n");
        File.SetUnixFileMode(password, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var (options, faults) = GatewaySettings.Read(
        [
            new("notifications.allowed_networks", "10.1.0.0/16, fd00::/8"), new("smtp.host", "mail.example.org"), new("smtp.tls", "tls"),
            new("smtp.user", "atlas"), new("smtp.password_file", password), new("smtp.from", "atlas@example.org"),
        ]);
        Assert.Empty(faults);
        (options, faults) = NotificationSettings.Resolve(options);
        Assert.Empty(faults);
        Assert.Equal(new MailOptions("mail.example.org", 465, true, "atlas", "s3cret", "atlas@example.org"), options.Notifications.Mail);
        Assert.Equal(2, options.Notifications.AllowedNetworks.Count);
        Assert.Null(NotificationSettings.Resolve(new GatewayOptions()).Options.Notifications.Mail);
        Assert.DoesNotContain("s3cret", $"{options} {options.Notifications} {options.Notifications.Mail}", StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_about_how_people_are_told_is_listed_at_once()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("empty.pem"), "");
        var (options, faults) = GatewaySettings.Read(
        [
            new("notifications.allowed_networks", "10.1.0.0/33"), new("smtp.tls", "none"), new("smtp.port", "0"),
            new("notifications.ca_file", folder.File("empty.pem")), new("smtp.user", "atlas"),
        ]);
        Assert.Equal(3, faults.Count);
        (_, faults) = NotificationSettings.Resolve(options);
        Assert.Equal(["notifications.ca_file", "smtp.host", "smtp.from", "smtp.user and smtp.password_file"],
            faults.Select(fault => fault.Split(':')[0]));

        File.SetUnixFileMode(folder.File("empty.pem"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (_, faults) = NotificationSettings.Resolve(new GatewayOptions
        {
            Mail = new MailSettings("mail.example.org", User: "atlas", PasswordFile: folder.File("empty.pem"), From: "atlas@example.org"),
        });
        Assert.EndsWith("is empty. Write the mail server's password into it.", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_fault_is_listed_at_once()
    {
        var (_, faults) = GatewaySettings.Read(
        [
            new("ingest.window_seconds", "4"), new("ingest.window_secs", "60"), new("server.url", "http://127.0.0.1:80"),
                new("server.connections", "many"),
        ]);
        Assert.Collection(faults,
            fault => Assert.Equal("ingest.window_seconds = '4': a whole number of 5-300 is expected.", fault),
            fault => Assert.StartsWith("ingest.window_secs: there is no such setting.", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith("server.url = 'http://127.0.0.1:80': an https address", fault, StringComparison.Ordinal),
            fault => Assert.Equal("server.connections = 'many': a whole number of 10-1,000,000 is expected.", fault));
    }

    [Theory]
    [InlineData("ingest.window_seconds", "5", "300", "4", "301")]
    [InlineData("ingest.queue", "1", "1000000", "0", "1000001")]
    [InlineData("ingest.store_gives_up_after_ms", "100", "7000", "99", "7001")]
    [InlineData("retention.raw_hours", "1", "9600", "0", "9601")]
    [InlineData("presence.silent_after_seconds", "10", "86400", "9", "86401")]
    [InlineData("server.connections", "10", "1000000", "9", "-10")]
    [InlineData("server.connections_per_address", "1", "1000000", "0", "1e3")]
    public void A_range_holds_at_both_ends(string key, string least, string most, string below, string above)
    {
        foreach (var good in (string[])[least, most]) Assert.Empty(GatewaySettings.Read([new(key, good)]).Faults);
        foreach (var bad in (string[])[below, above, "", " 60"]) Assert.Single(GatewaySettings.Read([new(key, bad)]).Faults);
    }

    [Theory]
    [InlineData("https://127.0.0.1:8443", true)]
    [InlineData("https://127.0.0.1:8443/", true)]
    [InlineData("https://[::1]:8443", true)]
    [InlineData("https://atlas.example.net", true)]
    [InlineData("http://127.0.0.1:8443", false)]
    [InlineData("https://127.0.0.1:8443/atlas", false)]
    [InlineData("https://127.0.0.1:8443/?a=b", false)]
    [InlineData("https://user@127.0.0.1:8443", false)]
    [InlineData("https://127.0.0.1:99999", false)]
    [InlineData("127.0.0.1:8443", false)]
    [InlineData("", false)]
    public void An_address_is_https_and_nothing_but_an_origin(string text, bool good) =>
        Assert.Equal(good, GatewaySettings.ReadUrl(text) is not null);

    [Fact]
    public void The_store_is_sqlite_unless_postgresql_is_named_and_its_connection_comes_from_a_file_of_ones_own()
    {
        using var folder = new TempFolder();
        var file = folder.File("connection");
        File.WriteAllText(file, "Host=127.0.0.1;Database=atlas;Username=atlas;Password=secret-word\n");
        File.SetUnixFileMode(file, PrivateFile.Secret);
        var (read, none) = GatewaySettings.Read([new("store.kind", "postgresql"), new("store.connection_file", file)]);
        var (options, faults) = StoreSettings.Resolve(read);
        Assert.Empty(none.Concat(faults));
        Assert.Equal(StoreKind.Postgresql, options.StoreKind);
        Assert.Equal("Host=127.0.0.1;Database=atlas;Username=atlas;Password=secret-word", options.StoreConnection);
        Assert.DoesNotContain("secret-word", options.ToString(), StringComparison.Ordinal);

        File.SetUnixFileMode(file, PrivateFile.Public);
        Assert.Contains("chmod 600", Assert.Single(StoreSettings.Resolve(read).Faults), StringComparison.Ordinal);
        File.WriteAllText(file, "\n");
        File.SetUnixFileMode(file, PrivateFile.Secret);
        Assert.Contains($"{file} is empty", Assert.Single(StoreSettings.Resolve(read).Faults), StringComparison.Ordinal);
        Assert.Contains($"{folder.Path} is a folder", Assert.Single(
            StoreSettings.Resolve(read with { StoreConnectionFile = folder.Path }).Faults), StringComparison.Ordinal);
        Assert.Contains("Could not find file", Assert.Single(StoreSettings.Resolve(read with { StoreConnectionFile = file + "x" }).Faults),
            StringComparison.Ordinal);
        Assert.Contains("name one of them", Assert.Single(StoreSettings.Resolve(read with { StoreConnection = "" }).Faults),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_that_is_not_one_is_told_with_the_other_faults_and_without_the_password()
    {
        var (options, faults) = GatewaySettings.Read([new("store.kind", "oracle"), new("store.connection", "Password=secret-word")]);
        faults = [.. faults, .. StoreSettings.Resolve(options).Faults];
        Assert.Collection(faults,
            fault => Assert.Equal("store.kind = 'oracle': sqlite or postgresql is expected.", fault),
            fault => Assert.StartsWith("store.connection: only", fault, StringComparison.Ordinal));
        faults = StoreSettings.Resolve(options with { StoreKind = StoreKind.Postgresql }).Faults;
        Assert.Equal(3, faults.Count);
        Assert.DoesNotContain("secret-word", string.Join('\n', faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_is_told_with_its_line() =>
        Assert.StartsWith("line 2:", Assert.Single(TomlSettings.Read("[server]\nurl = \n").Faults), StringComparison.Ordinal);
}
