using HostAtlas.Agent.Inventory.Certificates;

namespace HostAtlas.Agent.Tests.Inventory.Certificates;

public sealed class ConfigDirectivesTests
{
    [Fact]
    public void Nginx_names_certificates_and_includes()
    {
        var found = ConfigDirectives.Nginx("""
            # ssl_certificate /etc/ssl/commented.pem;
            http {
                include /etc/nginx/conf.d/*.conf; include mime.types;
                server {
                    listen 443 ssl;
                    ssl_certificate     "/etc/ssl/my site/fullchain.pem";  # of the shop
                    ssl_certificate_key /etc/ssl/private/shop.key;
                    ssl_certificate $ssl_server_name.crt;
                    ssl_certificate data:$variable;
                    proxy_ssl_certificate certs/client.pem;
                    location / { proxy_set_header X "ssl_certificate /no;"; }
                }
            }
            """);
        Assert.Equal(["/etc/ssl/my site/fullchain.pem", "certs/client.pem"], found.Certificates);
        Assert.Equal(["/etc/nginx/conf.d/*.conf", "mime.types"], found.Includes);
    }

    [Fact]
    public void Apache_names_them_in_any_case_and_over_several_lines()
    {
        var found = ConfigDirectives.Apache("""
            ServerRoot "/etc/httpd"
            IncludeOptional sites-enabled/*.conf
              sslcertificatefile \
                  /etc/ssl/shop.pem
            SSLCertificateKeyFile /etc/ssl/shop.key
            SSLCertificateChainFile "/etc/ssl/chain.pem"
            #SSLCertificateFile /no.pem
            SSLCertificateFile ${SSL_DIR}/no.pem
            """);
        Assert.Equal(["/etc/ssl/shop.pem", "/etc/ssl/chain.pem"], found.Certificates);
        Assert.Equal(["sites-enabled/*.conf"], found.Includes);
        Assert.Equal("/etc/httpd", found.Base);
    }

    [Fact]
    public void Haproxy_names_files_folders_and_lists()
    {
        var found = ConfigDirectives.Haproxy("""
            global
                crt-base /etc/haproxy/certs
            frontend https
                bind :443 ssl crt site.pem crt /etc/haproxy/all/ alpn h2,http/1.1
                bind :8443 ssl crt-list /etc/haproxy/list.txt
            backend app
                server one 10.0.0.1:443 ssl verify required crt client.pem
                # bind :1 ssl crt no.pem
            """);
        Assert.Equal(["site.pem", "/etc/haproxy/all/", "client.pem", "crt-list:/etc/haproxy/list.txt"], found.Certificates);
        Assert.Equal("/etc/haproxy/certs", found.Base);
        Assert.Equal(["a.pem", "/b.pem"], ConfigDirectives.HaproxyList("# list\na.pem [alpn h2] example.org\n\n/b.pem\n"));
    }

    [Fact]
    public void Caddy_names_them_where_it_does_not_make_them_itself()
    {
        var found = ConfigDirectives.Caddy("""
            import sites/*.caddy
            import snippet
            example.org {
                tls /etc/caddy/site.pem /etc/caddy/site.key
            }
            example.com {
                tls internal
                tls me@example.com
                tls {
                    dns x
                }
            }
            """);
        Assert.Equal(["/etc/caddy/site.pem"], found.Certificates);
        Assert.Equal(["sites/*.caddy"], found.Includes);
    }

    [Fact]
    public void Postfix_names_them_in_settings_lists_and_options()
    {
        var found = ConfigDirectives.Postfix("""
            # smtpd_tls_cert_file = /no.pem
            smtpd_tls_cert_file=/etc/ssl/mail.pem
            smtpd_tls_key_file=/etc/ssl/mail.key
            smtpd_tls_chain_files =
                /etc/postfix/rsa.key, ${config_directory}/rsa.pem
            smtp_tls_cert_file = $data_directory/no.pem
            smtp_tls_eccert_file = none
            submission inet n - y - - smtpd
              -o syslog_name=postfix/submission
              -o smtpd_tls_cert_file=/etc/ssl/submission.pem -o smtpd_tls_key_file=/no.key
            """);
        Assert.Equal(["/etc/ssl/mail.pem", "/etc/postfix/rsa.key", "/etc/postfix/rsa.pem", "/etc/ssl/submission.pem"], found.Certificates);
    }

    [Fact]
    public void Dovecot_names_them_as_either_version_does()
    {
        var found = ConfigDirectives.Dovecot("""
            !include conf.d/*.conf
            !include_try local.conf
            ssl_cert = </etc/dovecot/cert.pem
            ssl_key = </etc/dovecot/key.pem
            local_name a { 
              ssl_server_cert_file = /etc/dovecot/new.pem
            }
            #ssl_cert = </no.pem
            """);
        Assert.Equal(["/etc/dovecot/cert.pem", "/etc/dovecot/new.pem"], found.Certificates);
        Assert.Equal(["conf.d/*.conf", "local.conf"], found.Includes);
    }

    [Theory]
    [InlineData("\0\0\0\u0001ssl_certificate")]
    [InlineData("ssl_certificate \"never closed ; { } ")]
    [InlineData("{{{{{{;;;;;}}}}}}\\")]
    [InlineData("= = = =\n-o\n!include\ntls\nbind crt\ncrt-base\n#")]
    public void Hostile_text_gives_nothing_and_ends(string text)
    {
        foreach (var hostile in new[] { text, string.Concat(Enumerable.Repeat(text, 5_000)) })
            Assert.All(ServerConfig.All, server => Assert.DoesNotContain(server.Read(hostile).Certificates, path => path.Contains('\0')));
    }
}
