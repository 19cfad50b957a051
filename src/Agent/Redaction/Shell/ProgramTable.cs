using System.Collections.Frozen;

namespace HostAtlas.Agent.Redaction.Shell;

/// <summary>
/// Which arguments of which program are secret. A row: names, verbs, flags. Long flags whose own name says it (<c>--password</c>,
/// <c>--token</c>) need no row: they are known by their name for every program.
/// <code>
/// -p       a value, attached or as the next word            -u:  -U%  -u,    behind this sign (user:x)
/// -p.      only as the next word                            -x@  user:x@host
/// -p+      attached only (mysql's -p x asks, x is a name)   @2               the second operand;  @1/  user/x@db
/// -pass^   behind pass: (OpenSSL)                           =auth            the word behind this word
/// -e$      behind NAME= (docker -e)                         @*$              every operand that is NAME=x
/// -b~      cookies                                          !-C              takes a value that is none
/// &amp;sSk     switches that may be joined before (-sSu)        wrapper          another program begins at the first operand
/// </code>
/// </summary>
internal static class ProgramTable
{
    private const string MySql = "mysql mysqldump mysqladmin mysqlimport mysqlcheck mysqlshow mysqlslap mysqlpump mysqlbinlog mysqlsh "
        + "mysql_upgrade "
        + "mariadb mariadb-dump mariadb-admin mariadb-import mariadb-check mariadb-show mariadb-binlog mariadb-backup xtrabackup "
            + "innobackupex "
        + "mariabackup mydumper myloader mytop mysqlhotcopy mysqlreport pt-table-checksum pt-query-digest "
            + "pt-online-schema-change mycli";

    private static readonly (string Names, string Verbs, string Flags)[] Rows =
    [
        // Databases
        (MySql, "", "-p+ =password"),
        ("mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat mongotop mongofiles", "", "-p"),
        ("redis-cli valkey-cli keydb-cli", "", "-a --pass =auth =requirepass =masterauth !-h !-p !-n !-u"),
        ("sqlcmd bcp osql tsql isql dbaccess", "", "-P !-U !-S !-d !-D"), ("isql iusql", "", "@3 !-d !-U !-S !-P"),
        ("sqlplus rman exp imp expdp impdp sqlldr tnsping", "", "@1/ =target/ =userid/"),
        ("cqlsh cassandra-cli", "", "-p"), ("nodetool", "", "-pw"), ("clickhouse-client clickhouse", "", "--password"),
        ("cypher-shell neo4j-admin", "", "-p =set-initial-password !-u !-a !-d"),
        ("beeline", "", "-p"), ("influx", "", "-password -t. -p."), ("influxd arangosh arangodump", "", "--server.password"),
        ("db2", "", "=using"),
        ("vsql", "", "-w"), ("isql-fb gbak gfix gsec nbackup", "", "-pas -pass -password -pa -pw"),
        ("ldapsearch ldapmodify ldapadd ldapdelete ldapcompare ldapmodrdn ldapwhoami ldapexop", "", "-w &xLZvnWcM"),
        ("ldappasswd", "", "-w -s -a &xLZvnWcM"),
        ("couchbase-cli cbbackup cbbackupmgr cbq", "", "-p"), ("etcdctl", "", "--user:"),
        ("mssql-cli", "", "-P"), ("hdbsql", "", "-p"),
        // The web
        ("curl", "", "-u: --user: -U: --proxy-user: --pass -b~ --cookie~ --oauth2-bearer --proxy-pass --tlspassword "
            + "--proxy-tlspassword -E: --cert: "
            + "-x@ --proxy@ --preproxy@ &sSkLfviIgGjJNnOaRBlM#0123456qpZ"),
        ("wget wget2", "", "--password --http-password --ftp-password --proxy-password --http-passwd --proxy-passwd"),
        ("http https xh httpie", "", "-a: --auth:"), ("ab", "", "-A: -P: -C~"), ("siege hey wrk oha", "", "-a:"),
        ("aria2c", "", "--http-passwd --ftp-passwd --rpc-secret"),
        ("lftp", "", "-u, --user,"), ("ncftpput ncftpget ncftpls ncftp", "", "-p"),
        // Remote shells and desktops
        ("sshpass", "", "-p wrapper"), ("plink pscp psftp putty", "", "-pw"),
        ("xfreerdp wlfreerdp rdesktop freerdp xfreerdp3", "", "-p /p"), ("ssh-keygen", "", "-N -P"),
        ("x11vnc", "", "-passwd -viewpasswd"),
        ("winexe rpcclient smbclient smbget smbcacls smbtree smbmap nmblookup wmic", "", "-U% --user%"), ("net", "", "-U% --user%"),
        ("smbclient", "", "@2 !-U !-c !-W !-I !-p !-D !-d !-m !-A"), ("wbinfo", "", "-a% --authenticate%"),
        ("evil-winrm crackmapexec netexec nxc", "", "-p -H"),
        ("nmcli", "", "=password =wifi-sec.psk =802-1x.password =psk"),
        ("wpa_passphrase", "", "@2"), ("wpa_cli", "", "=psk"), ("iwconfig", "", "=key"),
        ("snmpget snmpwalk snmpset snmpbulkwalk snmpgetnext snmptrap snmptable snmpstatus", "", "-c -A -X"),
        ("ipmitool ipmiutil ipmipower bmc-info ipmi-sensors", "", "-P -K !-H !-U !-I"), ("racadm hponcfg ilorest", "", "-p"),
        ("openfortivpn", "", "-p"), ("radtest", "", "@2 @5 !-d !-t !-P"),
        ("radclient radeapclient", "", "@3 !-f !-d !-D !-c !-r !-t !-n !-p !-S !-P"),
        ("vmrun", "", "-gp -vp"), ("vmware-cmd", "", "-P !-H !-O !-U"), ("VBoxManage", "", "--password"), ("esxcli govc", "", "-p"),
        ("kinit kadmin kadmin.local", "", "-w -pw"), ("realm adcli samba-tool", "", "--adminpass --newpassword"),
        ("ipa-client-install ipa-server-install ipa-replica-install", "", "-w -p -a"),
        // Users and files
        ("useradd usermod adduser", "", "-p --password"), ("groupadd", "", "-p"), ("htpasswd", "", "@3 !-C"), ("htpasswd", "-nb", "@2"),
        ("htpasswd", "-nbB", "@2"), ("htpasswd", "-bn", "@2"), ("htpasswd", "-nbm", "@2"), ("htpasswd", "-Bbn", "@2"),
        ("htpasswd", "-bnB", "@2"), ("mkpasswd", "", "@1 !-m !-R !-S"),
        ("zip unzip zipcloak", "", "-P &oqrjnumvlxy"), ("7z 7za 7zr 7zz", "", "-p+"), ("rar unrar", "", "-p+ -hp+"),
        ("gpg gpg2", "", "--passphrase"),
        ("openssl", "", "-k. -K. -pass^ -passin^ -passout^ -hmac -macopt:"), ("openssl", "passwd", "@1 !-salt !-in"),
        ("keytool jarsigner", "", "-storepass -keypass -srcstorepass -deststorepass -srckeypass -destkeypass -new"),
        ("pkcs12 certutil pk12util", "", "-w -W -K"), ("ccrypt scrypt aescrypt", "", "-K -p"),
        ("pdftk", "", "=user_pw =owner_pw =input_pw"), ("pdftotext pdfimages", "", "-opw -upw"),
        ("steghide", "", "-p"), ("veracrypt", "", "-p"), ("mosquitto_passwd", "", "@3"),
        ("rabbitmqctl", "add_user", "@2"), ("rabbitmqctl", "change_password", "@2"), ("rabbitmqctl", "authenticate_user", "@2"),
        ("rabbitmqadmin", "", "-p"),
        ("mosquitto_pub mosquitto_sub mosquitto_rr", "", "-P --pw !-p !-h !-u"), ("stomp", "", "-P"),
        // Containers and clouds
        ("docker podman buildah nerdctl", "login", "-p"), ("skopeo", "login", "-p"),
        ("skopeo podman buildah", "", "--creds: --src-creds: --dest-creds:"), ("crane oras regctl regclient cosign", "login", "-p"),
        ("helm", "login", "-p"), ("oc rancher", "login", "-p"), ("docker", "join", "--token"), ("docker podman", "", "--registry-token"),
        ("k3s k3s-agent rke2", "", "-t"),
        ("kubectl oc", "", "--from-literal= --docker-password --env$"), ("kubectl oc", "env", "@*$"), ("oc", "", "-e$"),
        ("docker podman nerdctl docker-compose podman-compose", "", "-e$ --env$ --build-arg$ --env-add$ --from-literal= &itdqP"),
        ("buildah kaniko earthly", "", "--build-arg$ --env$ -e$"), ("buildctl", "", "--opt="),
        ("singularity apptainer flatpak firejail ctr crictl lxc incus", "", "--env$ --secretEnv$"),
        ("systemd-run systemd-nspawn", "", "-E$ --setenv$"), ("systemctl", "set-environment", "@*$"),
        ("heroku dokku", "config:set", "@*$"), ("fly flyctl", "set", "@*$"), ("fly flyctl", "", "-e$ --env$ --build-arg$"),
        ("gcloud", "", "--set-env-vars$ --update-env-vars$ --set-build-env-vars$"),
        ("az", "", "--secure-environment-variables$ --environment-variables$ --env-vars$"),
        ("psexec psexec64 paexec", "", "-p"), ("az", "login", "-p"), ("az", "sql", "-p"), ("az", "mysql", "-p"), ("az", "postgres", "-p"),
        ("az", "", "--admin-password"),
        ("ibmcloud", "login", "-p"),
        ("doctl", "init", "-t"), ("doctl", "", "-t"), ("cf", "login", "-p"), ("cf", "auth", "@2"),
        ("oci aliyun", "", "--access-key-secret"),
        ("vault bao", "login", "@1"), ("vault bao", "put", "@*$"),
        ("vault bao", "patch", "@*$"), ("consul nomad", "", "-token"), ("argocd", "login", "--password"),
        ("kubeadm", "", "--token --certificate-key"),
        ("ngrok", "authtoken", "@1"), ("ngrok", "add-authtoken", "@1"), ("cloudflared", "install", "@1"),
        ("tailscale headscale", "", "--authkey --auth-key"), ("netbird", "", "-k --setup-key"),
        ("s3cmd", "", "--secret_key"), ("mc", "set", "@4 @3"), ("mc", "add", "@4 @3"), ("swift", "", "-K --os-password"),
        ("b2", "authorize-account", "@2"), ("b2", "authorize", "@2"), ("rclone", "obscure", "@1"),
        ("openstack", "", "--os-password --password"), ("mcli", "set", "@4 @3"), ("duplicity duplicati duplicati-cli", "", "--passphrase"),
        // Code, packages, CI
        ("gh", "login", "-t"), ("gh", "set", "-b --body"), ("glab", "login", "-t --token"), ("twine", "", "-p"),
        ("poetry", "publish", "-p"), ("gem", "push", "-k"),
        ("dotnet nuget", "push", "-k -ApiKey --api-key !-s !-Source !--source !-Timeout !-t"),
        ("nuget", "setapikey", "@1"), ("nuget", "setApiKey", "@1"),
        ("nuget", "push", "@2 !-s !-Source !--source !-k !-ApiKey !--api-key !-Timeout !-ConfigFile"),
        ("dotnet nuget", "", "-Password --password"), ("dotnet nuget", "source", "-p"), ("cargo", "login", "@1"), ("codecov", "", "-t"),
        ("snyk", "auth", "@1"), ("svn svnsync", "", "--password"),
        ("p4", "", "-P"), ("sentry-cli", "", "--auth-token"), ("jenkins-cli java", "", "-auth:"), ("conan", "user", "-p"),
        ("wp", "", "--user_pass --dbpass --admin_password"), ("drush", "", "--account-pass --db-su-pw"),
        ("ConvertTo-SecureString", "", "@1 -String"),
        // Mail, monitoring, the rest
        ("swaks", "", "-ap --auth-password"), ("sendemail sendEmail", "", "-xp"), ("imapsync", "", "--password1 --password2"),
        ("check_mysql check_mysql_query check_pgsql check_ldap", "", "-p"),
        ("check_http check_imap check_wmi_plus.pl", "", "-a: --authorization:"), ("check_snmp check_hpasm check_snmp_int.pl", "", "-C"),
        ("check_nt check_nwstat", "", "-s"), ("check_esx check_vmware_esx", "", "-p"),
        ("mysql_config_editor mysql_secure_installation", "", "-p"), ("icinga2", "", "--ticket"), ("weechat irssi", "", "-w"),
        ("minicom pppd wvdial", "", "=password"), ("upsmon upsc upscmd upsrw", "", "-p"),
        ("mailsend", "", "-pass"), ("schtasks", "", "/RP /P"), ("runas cmdkey", "", "/pass"),
    ];

    private static readonly FrozenDictionary<string, ProgramRow[]>.AlternateLookup<ReadOnlySpan<char>> ByName = Rows
        .Concat(RarePrograms.Rows).Select(Row)
        .SelectMany(row => row.Names.Select(name => (name, row))).GroupBy(pair => pair.name, pair => pair.row)
        .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Asking = (MySql + " psql pg_dump pg_dumpall pg_restore "
        + "pg_basebackup createdb dropdb createuser dropuser vacuumdb reindexdb clusterdb pg_isready pgbench initdb")
        .Split(' ').ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Names of all programs in the table.</summary>
    public static IEnumerable<string> Names => ByName.Dictionary.Keys;

    /// <summary>The rows of a program, by its name without the folder; null when it has none.</summary>
    public static ProgramRow[]? Find(ReadOnlySpan<char> word)
    {
        var slash = word.LastIndexOfAny('/', '\\');
        var name = word[(slash + 1)..];
        if (name.EndsWith(".exe", StringComparison.OrdinalIgnoreCase)) name = name[..^4];
        return ByName.TryGetValue(name, out var rows) ? rows : null;
    }

    /// <summary>Whether the program asks for a password when <c>--password</c> comes without one.</summary>
    public static bool Asks(ReadOnlySpan<char> word) => Asking.Contains(word[(word.LastIndexOf('/') + 1)..]);

    private static ProgramRow Row((string Names, string Verbs, string Flags) row)
    {
        var flags = row.Flags.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var switches = string.Concat(flags.Where(flag => flag[0] == '&').Select(flag => flag[1..]));
        return new ProgramRow(
            row.Names.Split(' '), row.Verbs.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            [.. flags.Where(flag => flag[0] != '&' && flag != "wrapper").Select(ProgramFlag.Parse)], switches, flags.Contains("wrapper"));
    }
}
