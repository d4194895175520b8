using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Outbox.Profiles;
using Outbox.Storage;

namespace Outbox.Dispatching;

/// <summary>
/// Keeps the queue in order beside the loop: parks what is owed to disabled endpoints, lets it out again at a steady pace when they are
/// enabled, and mends what a jumping clock left behind. Awake each minute, and when an endpoint changes.
/// </summary>
internal sealed class Housekeeper(
    IOutboxStore store,
    WakeSignal dispatcher,
    ProfileCatalogue profiles,
    IOptions<WebhookOutboxOptions> options,
    TimeProvider clock,
    IRandomSource random,
    ILogger<Housekeeper> logger)
{
    private const int ParkBatch = 500;

    private static readonly TimeSpan DrainInterval = TimeSpan.FromSeconds(1);

    private readonly WebhookOutboxOptions _options = options.Value;
    private readonly Signal _signal = new(clock);
    private readonly StoreTrouble _trouble = new("keep the queue in order", clock, random, logger);

    /// <summary>An endpoint was disabled, enabled or deleted.</summary>
    public void Wake() => _signal.Wake();

    public Task RunAsync(CancellationToken stop) => _trouble.RepeatAsync(
        async token =>
        {
            var draining = await KeepOrderAsync(token);
            await _signal.WaitAsync(draining ? DrainInterval : _options.SweepInterval, token);
        },
        stop);

    private async Task<bool> KeepOrderAsync(CancellationToken stop)
    {
        while (await store.ParkAsync(ParkBatch, stop) == ParkBatch)
        {
        }

        await store.HealAsync(profiles.LongestDelay, _options.LeaseDuration, stop);
        var draining = await store.DrainAsync(_options.DrainPerSecond, DrainInterval, stop);
        dispatcher.Wake();
        return draining;
    }
}
