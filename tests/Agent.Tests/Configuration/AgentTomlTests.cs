using HostAtlas.Agent.Configuration;

namespace HostAtlas.Agent.Tests.Configuration;

public sealed class AgentTomlTests
{
    [Fact]
    public void What_enroll_writes_is_read_back()
    {
        var (options, faults) = AgentToml.Read(AgentToml.Write(new Uri("https://atlas.example.net:8443/"), "/etc/host \"atlas\"/ca.pem"));
        Assert.Empty(faults);
        Assert.Equal("https://atlas.example.net:8443", AgentToml.Origin(options!.Url));
        Assert.Equal("/etc/host \"atlas\"/ca.pem", options.CaFile);
        Assert.Equal(TimeSpan.FromSeconds(10), options.Interval);
    }

    [Fact]
    public void Every_key_that_is_known_is_read()
    {
        var (options, faults) = AgentToml.Read("""
            url = "https://192.0.2.7"
            ca = "/etc/hostatlas/ca.pem"
            interval = "5m"
            vault_origins = ["https://objects.example.net"]
            https_proxy = "http://proxy:3128"
            [spool]
            max_bytes = "128MiB"
            [backup]
            roots = ["/etc"]
            exclude = []
            schedule = "0 3 * * *"
            window = "22:00-06:00"
            limit = "20MiB/s"
            pre = "x"
            post = "y"
            include_private_keys = false
            drill = "monthly"
            drill_size = "1GiB"
            [logs]
            files = ["/var/log/auth.log"]
            journald = true
            lines_per_second = 50
            spool_max_bytes = "16MiB"
            [redaction]
            rules = []
            [gate]
            encrypted_paths = []
            canaries = []
            [inventory]
            enabled = true
            certificates = ["/srv/tls/", "/etc/ssl/own.pem"]
            tls_listeners = false
            tls_ports = [443, 8443]
            """);
        Assert.Empty(faults);
        Assert.Equal((true, false), (options!.Inventory.Enabled, options.Inventory.TlsListeners));
        Assert.Equal(["/srv/tls", "/etc/ssl/own.pem"], options.Inventory.Certificates);
        Assert.Equal([443, 8443], options.Inventory.TlsPorts);
        Assert.Equal(("30 4 1 * *", 1L << 30), (options.Backup!.Drills!.Line, options.Backup.DrillBytes));
        Assert.Equal(TimeSpan.FromMinutes(5), options.Interval);
        Assert.Equal(128L << 20, options.SpoolMaxBytes);
        Assert.Equal("proxy", options.HttpsProxy!.Host);
        Assert.Equal("objects.example.net", Assert.Single(options.VaultOrigins).Host);
        Assert.Equal("/var/log/auth.log", Assert.Single(options.Logs!.Files).Text);
        Assert.Equal((0, 50, 16L << 20), (options.Logs.Journald!.Count, options.Logs.LinesPerSecond, options.Logs.SpoolMaxBytes));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("schedule = \"0 3 * * *\"", "30 4 * * 0")]
    [InlineData("schedule = \"0 3 * * *\"\ndrill = \"never\"", null)]
    [InlineData("drill = \"15 5 * * 6\"", "15 5 * * 6")]
    public void Who_backs_up_by_the_clock_also_drills_by_it(string lines, string? drills)
    {
        var (options, faults) = AgentToml.Read($"url = \"https://x\"\n[backup]\nroots = [\"/etc\"]\n{lines}");
        Assert.Empty(faults);
        Assert.Equal(drills, options!.Backup!.Drills?.Line);
    }

    [Fact]
    public void What_is_wrong_with_the_logs_is_listed()
    {
        var (_, faults) = AgentToml.Read("""
            url = "https://192.0.2.7"
            [logs]
            files = ["var/log/x", "/var/log/../x"]
            journald = ["sshd.service", "--flush", "a b"]
            lines_per_second = 0
            spool_max_bytes = "1KiB"
            """);
        Assert.Equal(6, faults.Count);
        Assert.All(faults, fault => Assert.StartsWith("logs.", fault, StringComparison.Ordinal));
    }

    [Fact]
    public void All_faults_are_listed_at_once()
    {
        var (options, faults) = AgentToml.Read("""
            url = "http://atlas.example.net"
            ca = "ca.pem"
            interval = "10"
            https_proxy = "socks://x"
            vault_origins = ["ftp://x", 3]
            spol = 1
            backup = 2
            [spool]
            max_bytes = "1KiB"
            min_bytes = "1MiB"
            [redaction]
            rule = []
            """);
        Assert.Null(options);
        Assert.Equal(["spol", "backup", "spool.min_bytes", "redaction.rule", "url", "ca", "interval", "spool.max_bytes", "https_proxy",
            "vault_origins", "vault_origins"], faults.Select(f => f[..f.IndexOf(':', StringComparison.Ordinal)]));
    }

    [Fact]
    public void Commands_are_all_allowed_until_the_owner_says_otherwise()
    {
        Assert.All(CommandOptions.Known, kind => Assert.True(Commands("").Allows(kind)));
        Assert.All(CommandOptions.Known, kind => Assert.False(Commands("[commands]\nenabled = false").Allows(kind)));
        Assert.All(CommandOptions.Known, kind => Assert.Equal(
            kind == "agent.ping", Commands("[commands]\nkinds = [\"agent.ping\"]").Allows(kind)));
        Assert.False(Commands("[commands]\nkinds = []").Allows("agent.ping"));

        static CommandOptions Commands(string more) => AgentToml.Read($"url = \"https://x\"\n{more}").Options!.Commands;
    }

    [Theory]
    [InlineData("", "url: missing")]
    [InlineData("url = 3", "url: must be text")]
    [InlineData("url = \"https://user:pw@x\"", "user name")]
    [InlineData("url = \"https://x/path\"", "has a path")]
    [InlineData("url = \"https://x\"\ninterval = \"500ms\"", "interval")]
    [InlineData("url = \"https://x\"\ninterval = \"2h\"", "interval")]
    [InlineData("url = \"https://x\"\ninterval = \"-5s\"", "interval")]
    [InlineData("url = \"https://x\"\n[inventory]\nports = []", "inventory.ports: unknown key")]
    [InlineData("url = \"https://x\"\n[inventory]\ncertificates = [\"tls\"]", "inventory.certificates")]
    [InlineData("url = \"https://x\"\n[inventory]\ncertificates = \"/srv/tls\"", "inventory.certificates")]
    [InlineData("url = \"https://x\"\n[inventory]\ntls_ports = [0]", "inventory.tls_ports")]
    [InlineData("url = \"https://x\"\n[inventory]\ntls_ports = [\"443\"]", "inventory.tls_ports")]
    [InlineData("url = \"https://x\"\n[inventory]\nenabled = \"no\"", "inventory.enabled")]
    [InlineData("url = \"https://x\"\n[inventory]\ntls_listeners = 0", "inventory.tls_listeners")]
    [InlineData("url = \"https://x\"\nquiet_hours = \"8-18\"", "quiet_hours")]
    [InlineData("url = \"https://x\"\nquiet_hours = [\"08:00-18:00\"]", "quiet_hours: must be text")]
    [InlineData("url = \"https://x\"\n[backup]\nroots = [\"/etc\"]\ndrill = \"sometimes\"", "neither never, daily")]
    [InlineData("url = \"https://x\"\nquiet_hours = \"00:00-07:00\"\n[backup]\nroots = [\"/etc\"]\nschedule = \"0 3 * * *\"\nwindow = \"01:00-06:00\"", "no backup would ever run")]
    [InlineData("url = \"https://x\"\n[commands]\nenabled = \"no\"", "commands.enabled")]
    [InlineData("url = \"https://x\"\n[commands]\nkinds = [\"shell.run\"]", "there is no command 'shell.run'")]
    [InlineData("url = \"https://x\"\n[commands]\nkinds = \"agent.ping\"", "commands.kinds")]
    [InlineData("url = \"https://x\"\n[commands]\nallow = true", "commands.allow: unknown key")]
    [InlineData("url = \"https://x\"\nurl = \"https://y\"", "line 2")]
    [InlineData("url = \"https://x", "line 1")]
    public void One_fault_is_named(string text, string expected)
    {
        var (options, faults) = AgentToml.Read(text);
        Assert.Null(options);
        Assert.Contains(faults, f => f.Contains(expected, StringComparison.Ordinal));
    }
}
