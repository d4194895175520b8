using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Outbox.Deliveries;
using Outbox.Diagnostics;
using Outbox.Storage;

namespace Outbox.Dispatching;

/// <summary>
/// The loop: claim as much as there are free slots, hand each delivery to the executor, settle what comes back, sleep until a hint, a due
/// time or the sweep. It never waits for a receiver.
/// </summary>
internal sealed class Dispatcher(
    IOutboxStore store,
    DeliveryExecutor executor,
    Settler settler,
    WakeSignal wake,
    Housekeeper housekeeper,
    DispatcherPulse pulse,
    IOptions<WebhookOutboxOptions> options,
    TimeProvider clock,
    IRandomSource random,
    ILogger<Dispatcher> logger)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private readonly WebhookOutboxOptions _options = options.Value;
    private readonly int _shared = options.Value.MaxInFlight - ReservedOf(options.Value);

    // Nobody tells of the lease of a host that died: looking a few times in a lease replaces it soon after.
    private readonly TimeSpan _longestIdle = LongestIdle(options.Value);
    private readonly InFlight _inFlight = new();
    private readonly StoreTrouble _trouble = new("claim", clock, random, logger);
    private volatile bool _more;
    private int _interrupted;

    /// <summary>How many deliveries were handed back because the host stopped.</summary>
    public int Interrupted => Volatile.Read(ref _interrupted);

    /// <summary>How long the loop sleeps at most.</summary>
    public static TimeSpan LongestIdle(WebhookOutboxOptions options) => Min(options.SweepInterval, options.LeaseDuration / 4);

    /// <summary>Completes when nothing is in flight.</summary>
    public Task WhenIdleAsync() => _inFlight.WhenEmptyAsync();

    /// <summary>Dispatches until <paramref name="stopClaiming"/> fires. What is in flight then goes on until <paramref name="stopWorking"/>.</summary>
    public Task RunAsync(string owner, CancellationToken stopClaiming, CancellationToken stopWorking)
    {
        var turns = 0;
        return _trouble.RepeatAsync(
            async stop =>
            {
                // A claim that failed may have been stored although its answer was lost. A store never takes a lease from its own owner, so
                // each turn that follows a failure asks under another name, and what nobody works on comes back when its lease runs out. What
                // earlier turns still work on, or have sent and could not store, is named in each claim.
                var name = $"{owner}/{turns++}";
                while (true)
                {
                    pulse.TurnBegins();
                    var idle = await ClaimAsync(name, stopWorking);
                    pulse.TurnEnds();
                    _trouble.Over();
                    await wake.WaitAsync(idle, stop);
                }
            },
            stopClaiming);
    }

    /// <returns>How long there is nothing to do unless a hint comes.</returns>
    private async Task<TimeSpan> ClaimAsync(string owner, CancellationToken stopWorking)
    {
        var inFlight = _inFlight.Count;
        if (inFlight >= _options.MaxInFlight)
        {
            _more = true;
            return _longestIdle;
        }

        var isShared = inFlight < _shared;
        var free = (isShared ? _shared : _options.MaxInFlight) - inFlight;
        var leasedAt = clock.GetTimestamp();
        _more = true;
        var claim = await store.ClaimAsync(
            new ClaimRequest
            {
                Owner = owner,
                Limit = free,
                LimitPerEndpoint = _options.MaxInFlightPerEndpoint,
                MostPerEndpoint = isShared ? int.MaxValue : 1,
                InFlight = _inFlight.ByEndpoint(),
                Unsettled = _inFlight.OfOtherNames(owner),
                Lease = _options.LeaseDuration,
            },
            stopWorking);
        _inFlight.Add(owner, claim.Deliveries);
        foreach (var delivery in claim.Deliveries)
        {
            _ = DeliverAsync(delivery, leasedAt, stopWorking);
        }

        _more = claim.More;
        return !claim.More ? await UntilNextDueAsync(stopWorking)
            : isShared && claim.Deliveries.Count == free && _shared < _options.MaxInFlight ? Shortest
            : _longestIdle;
    }

    // Slow receivers hold their slots for long. The last quarter is for endpoints that have nothing on the wire, so that those which are slow
    // do not take it all; one endpoint alone may always have what the options give it.
    private static int ReservedOf(WebhookOutboxOptions options) =>
        Math.Min(options.MaxInFlight / 4, options.MaxInFlight - options.MaxInFlightPerEndpoint);

    private async Task<TimeSpan> UntilNextDueAsync(CancellationToken stopWorking)
    {
        var due = await store.NextDueInAsync(stopWorking);
        return due is not { } wait ? _longestIdle : wait < Shortest ? Shortest : Min(wait, _longestIdle);
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private async Task DeliverAsync(ClaimedDelivery delivery, long leasedAt, CancellationToken stopWorking)
    {
        // Composing and signing cost time that the loop does not have.
        await Task.Yield();
        var settlement = await executor.ExecuteAsync(delivery, leasedAt, stopWorking);
        await settler.SettleAsync(settlement, stopWorking);
        _inFlight.Remove(delivery);
        Follow(settlement, stopWorking);
    }

    private void Follow(Settlement settlement, CancellationToken stopWorking)
    {
        var transition = settlement.Transition;
        if (transition.DisablesEndpoint)
        {
            housekeeper.Wake();
        }

        if (transition.Status == DeliveryStatus.Waiting && stopWorking.IsCancellationRequested)
        {
            Interlocked.Increment(ref _interrupted);
        }

        // A retry has a due time that the loop does not know yet, the end of an ordered delivery lets the next one go, and a free slot matters
        // only while there is more to claim.
        if (_more || transition.Status == DeliveryStatus.Waiting || settlement.Delivery.Ordered)
        {
            wake.Wake();
        }
    }
}
