using Microsoft.Extensions.Logging;
using Outbox.Dispatching;
using Outbox.Storage;

namespace Outbox.Diagnostics;

/// <summary>
/// Counts the backlog now and then for the gauges: they are read at a moment that is not the store's to choose, and in which nothing can be
/// awaited. It counts only where somebody looks.
/// </summary>
internal sealed class BacklogWatch(
    IDeliveryStore store, OutboxMetrics metrics, TimeProvider clock, IRandomSource random, ILogger<BacklogWatch> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly StoreTrouble _trouble = new("count the backlog", clock, random, logger);

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await _trouble.RepeatAsync(
                async token =>
                {
                    if (metrics.BacklogIsWatched)
                    {
                        metrics.Backlog(await store.CountBacklogAsync(token));
                    }

                    await Task.Delay(Interval, clock, token);
                },
                stop);
        }
        finally
        {
            metrics.Backlog(null);
        }
    }
}
