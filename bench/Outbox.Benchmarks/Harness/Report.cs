using System.Globalization;
using System.Text.Json;

namespace Outbox.Benchmarks.Harness;

/// <summary>Prints a JSON line for each result as soon as there is one, and a table of them all at the end.</summary>
internal sealed class Report(BenchSettings settings)
{
    private readonly List<Line> _lines = [];

    /// <summary>
    /// Adds one measured value, with its baseline, of each round. Value and baseline are medians over the rounds; the ratio is the median of
    /// the rounds' own ratios, because the two halves of a round met the same weather. No values: what was to be measured is not for this store.
    /// </summary>
    public void Add(string metric, string unit, IReadOnlyList<double> values, IReadOnlyList<double>? baselines = null)
    {
        double? baseline = null;
        double? ratio = null;
        if (values.Count > 0 && baselines is { Count: > 0 })
        {
            baseline = Median(baselines);
            ratio = Median([.. values.Zip(baselines, (value, against) => value / against)]);
        }

        var line = new Line(settings.Scenario, settings.Store, metric, values.Count > 0 ? Round(Median(values)) : null, unit, Round(baseline), Round(ratio), values.Count);
        _lines.Add(line);
        Console.WriteLine(JsonSerializer.Serialize(line, JsonSerializerOptions.Web));
    }

    public void PrintTable()
    {
        Console.WriteLine();
        Console.WriteLine($"{"metric",-44} {"value",12} {"baseline",12} {"ratio",8}  unit");
        foreach (var line in _lines)
        {
            Console.WriteLine($"{line.Metric,-44} {Text(line.Value),12} {Text(line.Baseline),12} {Text(line.Ratio),8}  {(line.Value is null ? "not for this store" : line.Unit)}");
        }
    }

    public static double Median(IReadOnlyList<double> values) => Percentile(values, 0.5);

    public static double Percentile(IReadOnlyList<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        var position = share * (sorted.Length - 1);
        var below = (int)position;
        return below + 1 < sorted.Length ? sorted[below] + (position - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }

    private static string Text(double? value) => value?.ToString(Math.Abs(value.Value) >= 100 ? "N0" : "0.###", CultureInfo.InvariantCulture) ?? "";

    private static double Round(double value) => double.IsFinite(value) ? Math.Round(value, 3) : 0;

    private static double? Round(double? value) => value is { } number ? Round(number) : null;

    private sealed record Line(string Scenario, string Store, string Metric, double? Value, string Unit, double? Baseline, double? Ratio, int Rounds);
}
