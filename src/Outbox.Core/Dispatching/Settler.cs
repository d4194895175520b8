using Microsoft.Extensions.Logging;
using Outbox.Diagnostics;
using Outbox.Inspection;
using Outbox.Notices;
using Outbox.Storage;

namespace Outbox.Dispatching;

/// <summary>
/// Stores what became of leases, many at a time: while one batch is being written the next one gathers, so the batches grow with the load
/// and a lone settlement waits for nothing.
/// </summary>
internal sealed class Settler(
    IOutboxStore store, NoticeBoard notices, ActivityLog activity, TimeProvider clock, IRandomSource random, ILogger<Settler> logger)
{
    private const int MaxBatch = 512;

    private readonly Lock _gate = new();
    private readonly StoreTrouble _trouble = new("settle", clock, random, logger);
    private List<Waiting> _waiting = [];
    private bool _writing;

    /// <summary>
    /// Completes when the settlement is stored, or was refused because the lease had passed on. While the store is away it waits; a
    /// settlement is given up only when <paramref name="giveUp"/> fires, and then the lease runs out by itself.
    /// </summary>
    public Task SettleAsync(Settlement settlement, CancellationToken giveUp)
    {
        var waiting = new Waiting(settlement);
        lock (_gate)
        {
            _waiting.Add(waiting);
            if (_writing)
            {
                return waiting.Done.Task;
            }

            _writing = true;
        }

        _ = WriteAsync(giveUp);
        return waiting.Done.Task;
    }

    private async Task WriteAsync(CancellationToken giveUp)
    {
        await Task.Yield();
        var limit = MaxBatch;
        while (Take(limit) is { Count: > 0 } batch)
        {
            try
            {
                await WriteBatchAsync(batch);
                _trouble.Over();
                limit = MaxBatch;
            }
            catch (Exception e)
            {
                // One settlement that the store cannot take must not hold up the others: smaller batches find it, and it goes to the end.
                limit = Math.Max(1, batch.Count / 2);
                PutBack(batch);
                if (!await WaitAsync(e, giveUp))
                {
                    GiveUp();
                }
            }
        }
    }

    private async Task WriteBatchAsync(List<Waiting> batch)
    {
        var settlements = new Settlement[batch.Count];
        for (var i = 0; i < settlements.Length; i++)
        {
            settlements[i] = batch[i].Settlement;
        }

        var result = await store.SettleAsync(settlements, CancellationToken.None);
        notices.Post(result.Notices);
        for (var i = 0; i < settlements.Length; i++)
        {
            if (result.Stored[i])
            {
                activity.Count(settlements[i]);
            }
            else
            {
                Log.SettlementRefused(logger, settlements[i].Delivery.Id, settlements[i].Transition.Status);
            }

            batch[i].Done.TrySetResult();
        }
    }

    private async Task<bool> WaitAsync(Exception failure, CancellationToken giveUp)
    {
        try
        {
            await _trouble.BackOffAsync(failure, giveUp);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private List<Waiting> Take(int limit)
    {
        lock (_gate)
        {
            if (_waiting.Count <= limit)
            {
                var all = _waiting;
                _waiting = [];
                _writing = all.Count > 0;
                return all;
            }

            var some = _waiting.GetRange(0, limit);
            _waiting.RemoveRange(0, limit);
            return some;
        }
    }

    private void PutBack(List<Waiting> batch)
    {
        lock (_gate)
        {
            _waiting.AddRange(batch);
        }
    }

    private void GiveUp()
    {
        List<Waiting> abandoned;
        lock (_gate)
        {
            abandoned = _waiting;
            _waiting = [];
        }

        Log.SettlementsAbandoned(logger, abandoned.Count);
        foreach (var waiting in abandoned)
        {
            waiting.Done.TrySetResult();
        }
    }

    private sealed class Waiting(Settlement settlement)
    {
        public Settlement Settlement { get; } = settlement;

        // Continued in place, not one by one on the pool: a batch then frees its slots together, and one claim fills them instead of many.
        public TaskCompletionSource Done { get; } = new();
    }
}
