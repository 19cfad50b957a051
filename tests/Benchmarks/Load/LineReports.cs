using System.Globalization;
using System.Text;

namespace HostAtlas.Benchmarks.Load;

/// <summary>
/// The same reports as line protocol (<c>report,server=… name=value,… ms</c>), plain HTTP without a credential: what InfluxDB and
/// VictoriaMetrics take. A line is a report, its fields the samples; names, values and their width are those of the signed form.
/// </summary>
internal sealed class LineReports : IRequestSource
{
    private const int IdLength = 8;

    private readonly byte[] _request;
    private readonly int[] _servers, _values, _times;
    private readonly Random _random;
    private readonly int _first, _count;
    private int _next;
    private long _atMs;

    /// <param name="authority">Host and port.</param>
    /// <param name="target">Path and query of the write endpoint, with times in milliseconds.</param>
    /// <param name="names">The metrics of a report.</param>
    /// <param name="reports">Reports in a request.</param>
    /// <param name="servers">First and count of the servers that this connection speaks for.</param>
    public LineReports(string authority, string target, IReadOnlyList<string> names, int reports, (int First, int Count) servers)
    {
        (_first, _count) = servers;
        _random = new Random(_first);
        _atMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var (places, ids, times) = (new List<int>(), new List<int>(), new List<int>());
        var body = new StringBuilder();
        for (var report = 0; report < reports; report++)
        {
            body.Append("report,server=");
            ids.Add(body.Length);
            body.Append('0', IdLength).Append(' ');
            for (var i = 0; i < names.Count; i++)
            {
                body.Append(i == 0 ? "" : ",").Append(names[i]).Append('=');
                places.Add(body.Length);
                body.Append("10.00");
            }
            body.Append(' ');
            times.Add(body.Length);
            body.Append("1000000000000\n");
        }
        var head = $"POST {target} HTTP/1.1\r\nHost: {authority}\r\nContent-Length: {body.Length}\r\n\r\n";
        _request = Encoding.ASCII.GetBytes(head + body);
        _servers = [.. ids.Select(place => place + head.Length)];
        _values = [.. places.Select(place => place + head.Length)];
        _times = [.. times.Select(place => place + head.Length)];
        Samples = names.Count * reports;
    }

    /// <inheritdoc />
    public int Samples { get; }

    /// <summary>A source for each connection, so many servers dealt out among them.</summary>
    public static IEnumerable<LineReports> ForAll(
        string authority, string target, IReadOnlyList<string> names, int reports, int servers, int connections)
    {
        var lanes = Math.Min(connections, servers);
        return Enumerable.Range(0, lanes).Select(lane => new LineReports(
            authority, target, names, reports, (servers * lane / lanes, (servers * (lane + 1) / lanes) - (servers * lane / lanes))));
    }

    /// <inheritdoc />
    public ReadOnlyMemory<byte> Next()
    {
        // Each report a time of its own: a point with the same server and time would overwrite the other.
        for (var i = 0; i < _times.Length; i++)
        {
            if (_next == 0) _atMs++;
            (_first + _next).TryFormat(_request.AsSpan(_servers[i]), out _, "D8", CultureInfo.InvariantCulture);
            _atMs.TryFormat(_request.AsSpan(_times[i]), out _, default, CultureInfo.InvariantCulture);
            _next = (_next + 1) % _count;
        }
        foreach (var place in _values) ReportBody.WriteValue(_request.AsSpan(place), _random.Next(1_000, 10_000));
        return _request;
    }
}
