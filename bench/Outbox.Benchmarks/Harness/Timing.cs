namespace Outbox.Benchmarks.Harness;

/// <summary>The clock of every measurement. Its timestamps can be compared between processes of one machine.</summary>
internal static class Timing
{
    public static TimeProvider Clock => TimeProvider.System;

    public static long Now => Clock.GetTimestamp();

    public static double MillisecondsBetween(long from, long to) => (to - from) * 1000.0 / Clock.TimestampFrequency;

    public static async Task<double> SecondsOfAsync(Func<Task> work)
    {
        var began = Now;
        await work();
        return MillisecondsBetween(began, Now) / 1000;
    }

    public static Task PauseAsync(double milliseconds) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds), Clock);

    /// <summary>Looks each few milliseconds until there is nothing left to wait for.</summary>
    public static async Task UntilAsync(Func<ValueTask<bool>> done, string what, double timeoutSeconds = 1800)
    {
        var began = Now;
        while (!await done())
        {
            if (MillisecondsBetween(began, Now) > timeoutSeconds * 1000)
            {
                throw new TimeoutException($"Waited {timeoutSeconds} seconds until {what}.");
            }

            await PauseAsync(5);
        }
    }

    /// <summary>Does one thing after another, each at its time, <paramref name="perSecond"/> of them in a second.</summary>
    public static async Task PaceAsync(int count, double perSecond, Func<int, Task> work)
    {
        var began = Now;
        for (var i = 0; i < count; i++)
        {
            var wait = i * 1000.0 / perSecond - MillisecondsBetween(began, Now);
            if (wait > 0)
            {
                await PauseAsync(wait);
            }

            await work(i);
        }
    }
}
