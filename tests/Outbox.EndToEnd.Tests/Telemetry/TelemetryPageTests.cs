using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;

namespace Outbox.EndToEnd.Tests.Telemetry;

/// <summary>docs/telemetry.md and the dashboard name what there is, all of it and nothing else.</summary>
public sealed partial class TelemetryPageTests : IAsyncLifetime
{
    private static readonly string Page = Repository.Read("docs", "telemetry.md");

    private IReadOnlyList<Instrument> _instruments = [];

    public async Task InitializeAsync()
    {
        await using var platform = await Platform.StartAsync();
        using var measured = new Measurements(platform.Services.GetRequiredService<IMeterFactory>());
        _instruments = [.. measured.Instruments];
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public void The_page_has_every_log_line_of_every_package_with_its_id_name_level_and_text()
    {
        var expected = Repository.Sources("src")
            .SelectMany(file => LogLine().Matches(File.ReadAllText(file)))
            .OrderBy(line => int.Parse(line.Groups["id"].ValueSpan, CultureInfo.InvariantCulture))
            .Select(line => $"| {line.Groups["id"].Value} | {line.Groups["name"].Value} | {LevelOf(line)} | {line.Groups["text"].Value} |")
            .ToList();
        if (Environment.GetEnvironmentVariable("OUTBOX_ACCEPT_LOG") is "1")
        {
            Repository.Write(LogTable().Replace(Page, _ => string.Join('\n', expected) + '\n'), "docs", "telemetry.md");
        }

        var written = Repository.Read("docs", "telemetry.md").Split('\n').Where(row => LogRow().IsMatch(row)).ToList();

        Assert.True(expected.Count > 20, "The source's log lines were not recognised.");
        Assert.True(
            written.SequenceEqual(expected, StringComparer.Ordinal),
            $"docs/telemetry.md differs from the source.\nIt lacks:\n{Lines(expected.Except(written, StringComparer.Ordinal))}\n"
            + $"It has, without a log line:\n{Lines(written.Except(expected, StringComparer.Ordinal))}\nRun this test once with OUTBOX_ACCEPT_LOG=1 to write the table anew.");
    }

    [Fact]
    public void No_two_log_lines_share_an_id()
    {
        var ids = Repository.Sources("src").SelectMany(file => LogLine().Matches(File.ReadAllText(file))).Select(line => line.Groups["id"].Value).ToList();

        Assert.Equal(ids.Distinct(StringComparer.Ordinal).Count(), ids.Count);
    }

    [Fact]
    public void No_log_line_is_written_but_by_a_documented_method()
    {
        var direct = Repository.Sources("src").Where(file => DirectLog().IsMatch(File.ReadAllText(file)));

        Assert.Empty(direct);
    }

    [Fact]
    public void The_page_has_every_instrument_with_its_kind_and_unit()
    {
        var expected = _instruments.Select(instrument => $"| `{instrument.Name}` | {KindOf(instrument)} | `{instrument.Unit}` |").ToHashSet(StringComparer.Ordinal);
        var written = InstrumentRow().Matches(Page).Select(row => row.Value).ToHashSet(StringComparer.Ordinal);

        Assert.NotEmpty(expected);
        Assert.True(written.SetEquals(expected), $"docs/telemetry.md differs from the meter.\nIt lacks:\n{Lines(expected.Except(written))}\nIt has, without an instrument:\n{Lines(written.Except(expected))}");
    }

    [Fact]
    public void The_dashboard_asks_only_for_series_that_the_meter_gives_and_for_every_instrument()
    {
        using var dashboard = JsonDocument.Parse(Repository.Read("docs", "grafana-dashboard.json"));
        var queries = dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!)
            .ToList();
        var asked = queries.SelectMany(query => Series().Matches(query)).Select(name => name.Value).ToHashSet(StringComparer.Ordinal);
        var labels = TagName().Matches(Page).Select(tag => Prometheus(tag.Groups["name"].Value)).ToHashSet(StringComparer.Ordinal);
        var given = _instruments.ToDictionary(instrument => instrument.Name, SeriesOf, StringComparer.Ordinal);

        Assert.All(asked, name => Assert.True(
            labels.Contains(name) || given.Values.Any(series => series.Contains(name)), $"The dashboard asks for {name}, which is neither a series nor a label."));
        Assert.All(given, series => Assert.True(series.Value.Any(asked.Contains), $"The dashboard does not show {series.Key}."));
    }

    // https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics: dots become underscores, the unit is appended, annotations are not.
    private static IReadOnlyList<string> SeriesOf(Instrument instrument)
    {
        var name = Prometheus(instrument.Name) + (instrument.Unit == "s" ? "_seconds" : "");
        return KindOf(instrument) switch
        {
            "counter" => [name + "_total"],
            "histogram" => [name + "_bucket", name + "_sum", name + "_count"],
            _ => [name],
        };
    }

    private static string Prometheus(string name) => name.Replace('.', '_');

    private static string KindOf(Instrument instrument) =>
        instrument.GetType().Name is var type && type.StartsWith("Counter", StringComparison.Ordinal) ? "counter"
        : type.StartsWith("Histogram", StringComparison.Ordinal) ? "histogram"
        : type.StartsWith("ObservableGauge", StringComparison.Ordinal) ? "gauge"
        : type;

    private static string LevelOf(Match line) => line.Groups["level"].Value is { Length: > 0 } level ? level : "varies";

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines.Order(StringComparer.Ordinal));

    [GeneratedRegex(
        @"\[LoggerMessage\((EventId = )?(?<id>\d+)(, (LogLevel\.(?<level>\w+)))?, (Message = )?""(?<text>[^""]*)""\)\]\s*(public|private|internal) static partial void (?<name>\w+)\(",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex LogLine();

    [GeneratedRegex(@"\.Log(Trace|Debug|Information|Warning|Error|Critical)?\(""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DirectLog();

    [GeneratedRegex(@"^\| \d+ \|", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LogRow();

    [GeneratedRegex(@"(^\| \d+ \|.*\n)+", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex LogTable();

    [GeneratedRegex(@"^\| `outbox\.[a-z_.]+` \| \w+ \| `[^`]+` \|", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex InstrumentRow();

    [GeneratedRegex(@"\b(outbox|http|error)_\w+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Series();

    [GeneratedRegex(@"`(?<name>(outbox|http|error)\.[a-z_.]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TagName();
}
