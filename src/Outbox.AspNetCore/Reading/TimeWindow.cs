using Outbox.AspNetCore.Answers;
using Outbox.AspNetCore.Views;
using Outbox.Inspection;

namespace Outbox.AspNetCore.Reading;

/// <summary>A span of time up to now, in steps that a chart has room for.</summary>
internal sealed record TimeWindow(string Name, ActivityGrain Grain, TimeSpan Step, int Steps)
{
    private static readonly TimeWindow[] All =
    [
        new("1h", ActivityGrain.Minute, TimeSpan.FromMinutes(1), 60),
        new("24h", ActivityGrain.Minute, TimeSpan.FromMinutes(15), 96),
        new("7d", ActivityGrain.Hour, TimeSpan.FromHours(1), 168),
    ];

    public TimeSpan Length => Step * Steps;

    /// <exception cref="ProblemException">There is no such window.</exception>
    public static TimeWindow Parse(string? name) => string.IsNullOrEmpty(name)
        ? All[0]
        : Array.Find(All, window => window.Name == name) ?? throw new ProblemException(Problem.Malformed($"'{name}' is no window. Give 1h, 24h or 7d.", "window"));

    /// <summary>The window that ends with the step that now is in.</summary>
    public (DateTimeOffset From, DateTimeOffset Until) Around(DateTimeOffset now)
    {
        var until = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % Step.Ticks) + Step.Ticks, TimeSpan.Zero);
        return (until - Length, until);
    }

    /// <summary>Its steps without gaps.</summary>
    public IReadOnlyList<SeriesPoint> Series(DateTimeOffset from, IReadOnlyList<ActivityPoint> points)
    {
        var steps = new ActivityCounts[Steps];
        Array.Fill(steps, ActivityCounts.None);
        foreach (var point in points)
        {
            var step = (int)((point.Start - from) / Step);
            steps[step] = steps[step].Plus(point.Counts);
        }

        return [.. steps.Select((counts, i) => SeriesPoint.Of(from + (Step * i), counts))];
    }
}
