using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Outbox.Dispatching;
using Outbox.Storage;

namespace Outbox.Retention;

/// <summary>Deletes what is past its retention, in small batches, so that no transaction grows long and no file grows for ever.</summary>
internal sealed class Pruner(
    IOutboxStore store, IInspectionStore inspection, IOptions<WebhookOutboxOptions> options, TimeProvider clock, IRandomSource random, ILogger<Pruner> logger)
{
    /// <summary>Between two batches others get their turn at the database.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);

    /// <summary>A chart of a day by the quarter, and one of a week by the hour, each with some room.</summary>
    private static readonly TimeSpan KeepMinutes = TimeSpan.FromHours(25);
    private static readonly TimeSpan KeepHours = TimeSpan.FromDays(8);

    private readonly WebhookRetentionOptions _options = options.Value.Retention;
    private readonly StoreTrouble _trouble = new("prune", clock, random, logger);

    public Task RunAsync(CancellationToken stop) => _trouble.RepeatAsync(
        async token =>
        {
            await PruneAsync(token);
            await Task.Delay(_options.Interval, clock, token);
        },
        stop);

    private async Task PruneAsync(CancellationToken stop)
    {
        var request = new PruneRequest
        {
            KeepDelivered = _options.KeepDelivered,
            KeepExhausted = _options.KeepExhausted,
            BatchSize = _options.BatchSize,
        };
        while (await store.PruneAsync(request, stop) >= _options.BatchSize)
        {
            await Task.Delay(Breath, clock, stop);
        }

        var now = clock.GetUtcNow();
        await inspection.PruneActivityAsync(now - KeepMinutes, now - KeepHours, stop);
    }
}
