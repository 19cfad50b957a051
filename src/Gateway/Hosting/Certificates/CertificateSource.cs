using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;

namespace HostAtlas.Gateway.Hosting.Certificates;

/// <summary>
/// The certificate that new connections are shown. The files are looked at once a second; a changed pair that loads takes the place of the
/// old one without a connection being dropped, one that does not is logged and the old one stays. Polling, because a rename into a folder
/// that is itself a link (as certificate managers do it) escapes file watchers.
/// </summary>
internal sealed class CertificateSource : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RenewalEvery = TimeSpan.FromHours(6);

    private readonly CertificateFiles _files;
    private readonly TimeProvider _time;
    private readonly ILogger<CertificateSource> _logger;
    private volatile SslServerAuthenticationOptions _current;
    private Stamp _seen;
    private Stamp _tried;
    private DateTimeOffset _renewalAt;

    /// <summary>Makes or renews the files where that is ours to do, and loads them; they must be good at the start.</summary>
    public CertificateSource(CertificateFiles files, TimeProvider time, ILogger<CertificateSource> logger)
    {
        (_files, _time, _logger) = (files, time, logger);
        files.Prepare(time.GetUtcNow());
        _tried = _seen = Stamp.Of(files);
        _renewalAt = time.GetUtcNow() + RenewalEvery;
        try
        {
            _current = ToOptions(files.Load());
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new StartFaultException($"{files.CertificateFile} and {files.KeyFile} do not load: {fault.Message}", fault);
        }
    }

    /// <summary>What a handshake uses.</summary>
    public SslServerAuthenticationOptions Current => _current;

    /// <summary>Whether the certificate that is shown now is for this host, a name or an IP address.</summary>
    public bool IsFor(string host) => _current.ServerCertificateContext!.TargetCertificate.MatchesHostname(host);

    /// <summary>Looks once; true when another certificate was taken.</summary>
    internal bool Look()
    {
        var stamp = Stamp.Of(_files);
        var isStill = stamp == _seen;
        _seen = stamp;
        // Two files cannot be replaced at one moment: they are read when they have rested for one look.
        if (!isStill || stamp == _tried) return false;
        _tried = stamp;
        try
        {
            _current = ToOptions(_files.Load());
            _logger.LogInformation("The server's certificate was replaced; new connections get it.");
            return true;
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException)
        {
            _logger.LogError("The new {File} is not used, the old certificate stays: {Fault}", _files.CertificateFile, fault.Message);
            return false;
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (_time.GetUtcNow() >= _renewalAt) Renew();
            Look();
        }
    }

    private void Renew()
    {
        _renewalAt = _time.GetUtcNow() + RenewalEvery;
        try
        {
            _files.Prepare(_time.GetUtcNow());
        }
        catch (StartFaultException fault)
        {
            _logger.LogError("The server's certificate could not be renewed: {Fault}", fault.Message);
        }
    }

    private static SslServerAuthenticationOptions ToOptions(LoadedCertificate loaded) => new()
    {
        EnabledSslProtocols = SslProtocols.Tls13,
        ServerCertificateContext = SslStreamCertificateContext.Create(loaded.Certificate, loaded.Intermediates, offline: true),
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        ClientCertificateRequired = false,
        AllowRenegotiation = false,
    };

    private readonly record struct Stamp(DateTime CertificateAt, DateTime KeyAt)
    {
        // A file that is away for a moment has the year 1601, which is a change like any other.
        public static Stamp Of(CertificateFiles files) =>
            new(File.GetLastWriteTimeUtc(files.CertificateFile), File.GetLastWriteTimeUtc(files.KeyFile));
    }
}
