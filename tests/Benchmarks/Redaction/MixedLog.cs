using System.Text;

namespace HostAtlas.Benchmarks.Redaction;

/// <summary>
/// A log as many programs write it into one file: access logs, sshd, the kernel, systemd, JSON, Java, sudo, cron; one line in a hundred
/// holds a secret. The same seed gives the same bytes.
/// </summary>
internal static class MixedLog
{
    private const int Seed = 20261125, HitEvery = 100;

    private static readonly string[] Paths =
        ["/", "/index.html", "/api/v1/servers", "/assets/app.3f2a1b.js", "/img/logo.svg", "/search?q=disk&page=2",
            "/api/v1/orders/42/items", "/health"];

    private static readonly string[] Agents =
        ["Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "curl/8.5.0", "kube-probe/1.30", "Prometheus/2.53.0"];

    private static readonly string[] Units =
        ["apt-daily.service", "logrotate.service", "man-db.service", "fstrim.service", "phpsessionclean.service", "certbot.service"];

    /// <summary>Writes that many lines; gives the bytes.</summary>
    public static async Task<long> WriteAsync(string path, int lines)
    {
        var random = new Random(Seed);
        await using var file = new StreamWriter(path, false, new UTF8Encoding(false), 1 << 20) { NewLine = "\n" };
        for (var i = 0; i < lines; i++) await file.WriteLineAsync(i % HitEvery == HitEvery - 1 ? Secret(random, i) : Plain(random, i));
        await file.FlushAsync();
        return file.BaseStream.Length;
    }

    private static string Time(int i) => $"2026-11-25T{i / 3600 % 24:00}:{i / 60 % 60:00}:{i % 60:00}.{i % 1000:000}Z";

    private static string Stamp(int i) => $"Nov 25 {i / 3600 % 24:00}:{i / 60 % 60:00}:{i % 60:00}";

    private static string Address(Random random) => $"10.{random.Next(256)}.{random.Next(256)}.{random.Next(256)}";

    private static string Pick(Random random, string[] list) => list[random.Next(list.Length)];

    private static string Plain(Random random, int i) => random.Next(20) switch
    {
        < 8 => $"{Address(random)} - - [25/Nov/2026:{i / 60 % 60:00}:{i % 60:00}:00 +0000] \"GET {Pick(random, Paths)} HTTP/1.1\" 200 "
            + $"{random.Next(90_000)} "
            + $"\"https://www.example.com/\" \"{Pick(random, Agents)}\"",
        8 => $"{Stamp(i)} web1 sshd[{random.Next(30_000)}]: Failed password for invalid user admin from {Address(random)} port "
            + $"{random.Next(60_000)} ssh2",
        9 => $"{Stamp(i)} web1 sshd[{random.Next(30_000)}]: Connection closed by authenticating user root {Address(random)} port "
            + $"{random.Next(60_000)} [preauth]",
        10 or 11 => $"{Stamp(i)} web1 kernel: [{random.Next(900_000)}.{random.Next(999_999):000000}] [UFW BLOCK] IN=eth0 OUT= "
            + $"SRC={Address(random)} "
            + $"DST=10.0.0.2 LEN=40 TOS=0x00 PREC=0x00 TTL=244 ID={random.Next(65_536)} PROTO=TCP SPT={random.Next(65_536)} DPT=23 "
                + "WINDOW=1024",
        12 => $"{Stamp(i)} web1 systemd[1]: Started {Pick(random, Units)} - Daily maintenance of the system.",
        13 => $"{Stamp(i)} web1 systemd[1]: {Pick(random, Units)}: Deactivated successfully.",
        14 or 15 => $"{{\"time\":\"{Time(i)}\",\"level\":\"info\",\"msg\":\"request "
            + $"served\",\"method\":\"GET\",\"path\":\"{Pick(random, Paths)}\",\"status\":200,"
            + $"\"duration_ms\":{random.Next(900)},\"request_id\":\"{random.NextInt64():x16}\"}}",
        16 or 17 => $"{Time(i)}  INFO 1 --- [nio-8080-exec-{random.Next(10)}] c.e.shop.orders.OrderService : Order "
            + $"{random.Next(90_000)} was confirmed in {random.Next(400)} ms",
        18 => $"{Stamp(i)} web1 CRON[{random.Next(30_000)}]: (root) CMD (command -v debian-sa1 > /dev/null && debian-sa1 1 1)",
        _ => $"{Stamp(i)} web1 postfix/smtp[{random.Next(30_000)}]: {random.NextInt64():X10}: to=<user{random.Next(999)}@example.com>, "
            + "relay=mx.example.com, "
            + $"delay=0.{random.Next(99)}, status=sent (250 2.0.0 Ok)",
    };

    // Forms that sed's ten patterns know too.
    private static string Secret(Random random, int i) => (i / HitEvery % 10) switch
    {
        0 => $"{Time(i)} login user=bob password=Secret{random.Next(9999)} from {Address(random)} accepted by the gateway",
        1 => $"{{\"time\":\"{Time(i)}\",\"level\":\"debug\",\"user\":\"bob\",\"password\":\"Secret{random.Next(9999)}\",\"status\":200}}",
        2 => $"{Time(i)} request header Authorization: Bearer abcdef{random.NextInt64():x16}",
        3 => $"{Address(random)} - - [25/Nov/2026:00:00:00 +0000] \"GET /api?api_key=abc{random.Next(99_999)}&page=2 HTTP/1.1\" 200 12",
        4 => $"{Time(i)} connecting to postgres://app:Secret{random.Next(9999)}@db.example.com:5432/app with a pool of 10",
        5 => $"{Time(i)} access key AKIAIOSFODNN7EXAMP{random.Next(10, 99)} was used from {Address(random)}",
        6 => $"{Time(i)} token=abc{random.NextInt64():x16} refreshed for user bob",
        7 => $"{Time(i)} < Set-Cookie: sid=abc{random.NextInt64():x16}; Path=/; HttpOnly",
        8 => $"{Time(i)} pushed with ghp_abcdefghijklmnopqrstuvwx{random.NextInt64():x12} to main",
        _ => $"{Time(i)} client_secret=abc{random.NextInt64():x16} grant_type=client_credentials",
    };
}
