namespace HostAtlas.Agent.Redaction.Shell;

/// <summary>
/// Rows of <see cref="ProgramTable"/>, in its notation, for programs that fewer hosts have: backup and mail tools, consoles of vendors,
/// tools of testers, which leave passwords of whole domains in crontabs and histories.
/// </summary>
internal static class RarePrograms
{
    /// <summary>Names, verbs and flags.</summary>
    public static readonly (string Names, string Verbs, string Flags)[] Rows =
    [
        ("automysqlbackup mydumper myloader mysqlbackup mariadb-hotcopy myisamchk dolt proxysql-admin", "", "-p"),
        ("psexec.py smbexec.py wmiexec.py secretsdump.py atexec.py dcomexec.py mssqlclient.py smbclient.py "
            + "lookupsid.py samrdump.py GetUserSPNs.py GetNPUsers.py GetADUsers.py getTGT.py getST.py ntlmrelayx.py "
            + "ticketer.py addcomputer.py impacket-psexec impacket-smbexec impacket-wmiexec impacket-secretsdump "
            + "impacket-mssqlclient impacket-smbclient impacket-getTGT impacket-GetUserSPNs", "", "@1@ -hashes --hashes"),
        ("addprinc cpw modprinc ank", "", "-pw"), ("bw", "unlock", "@1"), ("bw", "login", "@2 !--method !--code"),
        ("rbw", "unlock", "@1"), ("slappasswd", "", "-s"),
        ("doveadm", "pw", "-p"), ("doveadm", "auth", "@3"), ("mcrcon rcon rcon-cli rconc", "", "-p !-H !-P"),
        ("fs_cli", "", "-p !-P !-H !-x"), ("knife", "", "-P !-x !-i"), ("chef-client", "", "-K"), ("drush", "user:password", "@2"),
        ("drush", "upwd", "@2"), ("drush", "user-password", "@2"), ("transmission-remote", "", "-n: --auth:"),
        ("bundle bundler", "config", "@2: @3:"), ("mcrypt mdecrypt", "", "-k"), ("ccencrypt ccdecrypt ccat", "", "-K"),
        ("youtube-dl yt-dlp youtube-dlc gallery-dl streamlink you-get", "", "-p &vqx -2"), ("smbpasswd", "", "-U% !-r"),
        ("pdbedit", "", "-p"), ("ldapvi ldapsh", "", "-w"), ("ldapsearch.exe dsquery dsadd dsmod", "", "-p -pwd"),
        ("net-snmp-create-v3-user", "", "-A -X"),
        ("snmpinform snmpbulkget snmpdf snmpdelta snmpnetstat snmptest snmpusm snmpvacm", "", "-c -A -X"),
        ("onesixtyone snmp-check", "", "-c"), ("medusa ncrack patator", "", "-p"), ("smbmap enum4linux enum4linux-ng", "", "-p"),
        ("ldapdomaindump bloodhound-python", "", "-p"), ("kerbrute", "", "-p"), ("sqlmap", "", "--auth-cred: --proxy-cred:"),
        ("nikto wpscan", "", "-id: --http-auth: --proxy-auth:"), ("gobuster", "", "-P"), ("wfuzz", "", "--basic: --ntlm:"),
        ("keepassxc-cli kpcli", "", "--pw"), ("kopia", "", "-p"), ("dsmc dsmadmc", "", "-pa -pas"),
        ("cadaver davfs2 davix-get davix-put davix-ls", "", "--userpass"), ("ncftpbatch wput", "", "-p"),
        ("mega-login mega-cmd", "", "@2"), ("mega-put mega-get", "", "-p"), ("megaput megaget megals megadl megacopy", "", "-p"),
        ("ossutil ossutil64 obsutil coscmd coscli", "", "-k -sk"), ("sstableloader opscenter", "", "-p -pw"),
        ("sstableloader", "", "-pw"), ("gsql", "", "-W"), ("teradata-bteq fastload tdload", "", "-p"), ("db2look db2move", "", "-w -p"),
        ("surreal", "", "-p"), ("questdb tdengine taos taosdump", "", "-p+"), ("mclient", "", "-P"), ("rqlite", "", "-u:"),
        ("rabbitmqadmin-ng", "", "-p"), ("asadm aql asbackup asrestore asinfo", "", "-P+"),
        ("cbimport cbexport cbcollect_info cbtransfer", "", "-p"), ("elinks w3m lynx", "", "-auth: -pauth:"),
        ("newman", "", "--env-var= --global-var="), ("hurl", "", "-u: --user: --variable="),
        ("ffmpeg avconv", "", "-decryption_key -encryption_key -srt_passphrase"),
        ("kscreen vncpasswd tigervncserver vncdotool vncdo", "", "-p"), ("teamviewer", "passwd", "@1"), ("mullvad", "login", "@1"),
        ("mullvad", "set", "@1"), ("zerotier-cli", "", "-T"), ("n2n supernode", "", "-k"), ("nmcli", "hotspot", "=password"),
        ("hostapd_cli", "", "=wpa_passphrase"), ("bwdc bws", "", "-t"), ("infisical doppler", "", "-t"), ("conjur", "login", "-p"),
        ("mosquitto_ctrl", "", "-P"), ("mqtt mqttx", "", "-pw"), ("check_rabbitmq_overview", "", "-p"), ("unifi-api ubnt", "", "-p"),
        ("racadm5 idracadm7 ipmi-oem ipmiconsole ipmi-chassis", "", "-p -P"), ("symcli naviseccli", "", "-Password"),
        ("powershell pwsh", "", "-Password -AdminPassword"), ("xe", "", "-pw"), ("virsh", "set-user-password", "@3"),
        ("onevm oneuser", "create", "@2"), ("jira-cli", "", "-p"), ("npm-cli-login", "", "-p"), ("vsce ovsx", "", "-p"),
        ("xcrun altool notarytool", "", "-p"), ("signtool osslsigncode jsign", "", "-pass -p /p"),
        ("apksigner", "", "--ks-pass^ --key-pass^"), ("dscl", "-passwd", "@3"), ("sysadminctl", "", "-newPassword -adminPassword"),
        ("caprover", "", "-p"), ("netlify vercel", "", "-t --auth"), ("zmprov", "sp", "@2"), ("zmprov", "ca", "@2"),
        ("zmprov", "setPassword", "@2"), ("zmprov", "createAccount", "@2"), ("plesk", "", "-passwd"), ("v-add-user", "", "@2"),
        ("v-change-user-password", "", "@2"), ("v-add-database", "", "@4"),
        ("kibana-setup elasticsearch-reset-password elasticsearch-users", "", "-p"), ("splunk", "", "-auth:"),
        ("grafana-cli grafana", "reset-admin-password", "@1"), ("gitlab-runner", "", "-r -t"), ("woodpecker-cli", "", "-t"),
        ("certbot lego acme.sh", "", "--eab-hmac-key"), ("dnscontrol nsupdate", "", "-y:"), ("dig knsupdate kdig", "", "-y:"),
        ("dirb", "", "-u:"), ("disql tbsql", "", "@1/"), ("nzsql nzload", "", "-pw"),
    ];
}
