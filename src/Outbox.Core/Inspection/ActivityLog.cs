using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Outbox.Deliveries;
using Outbox.Diagnostics;
using Outbox.Dispatching;
using Outbox.Storage;

namespace Outbox.Inspection;

/// <summary>
/// Counts what this process settles, by endpoint and minute, and hands it to the store every few seconds: charts then cost a delivery nothing but
/// an addition, and reading them does not read deliveries. What a crash loses are figures, not deliveries. Asleep while nothing is settled.
/// </summary>
internal sealed class ActivityLog(IInspectionStore store, TimeProvider clock, IRandomSource random, ILogger<ActivityLog> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Signal _first = new(clock);
    private readonly StoreTrouble _trouble = new("store activity", clock, random, logger);
    private Dictionary<(string Endpoint, long Minute), Tally> _tallies = [];

    /// <summary>Counts a settlement that was stored.</summary>
    public void Count(Settlement settlement)
    {
        if (settlement is not { Transition.CountsAttempt: true, Attempt: { } attempt })
        {
            return;
        }

        var key = (settlement.Delivery.Endpoint.Id, attempt.StartedAt.ToUnixTimeSeconds() / 60);
        bool isFirst;
        lock (_gate)
        {
            isFirst = _tallies.Count == 0;
            ref var tally = ref CollectionsMarshal.GetValueRefOrAddDefault(_tallies, key, out _);
            (tally ??= new Tally()).Add(settlement.Transition.Status, attempt);
        }

        if (isFirst)
        {
            _first.Wake();
        }
    }

    public Task RunAsync(CancellationToken stop) => _trouble.RepeatAsync(
        async token =>
        {
            await _first.WaitAsync(Timeout.InfiniteTimeSpan, token);
            await Task.Delay(Interval, clock, token);
            await FlushAsync(token);
        },
        stop);

    /// <summary>Stores what is left when the process stops; where the store is away, it is lost.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="giveUp"/> fired.</exception>
    public async Task FlushLastAsync(CancellationToken giveUp)
    {
        try
        {
            await FlushAsync(giveUp);
        }
        catch (Exception e) when (e is not OperationCanceledException || !giveUp.IsCancellationRequested)
        {
            _trouble.Failed(e);
        }
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        Dictionary<(string Endpoint, long Minute), Tally> tallies;
        lock (_gate)
        {
            if (_tallies.Count == 0)
            {
                return;
            }

            (tallies, _tallies) = (_tallies, []);
        }

        try
        {
            await store.AddActivityAsync([.. tallies.Select(pair => pair.Value.Of(pair.Key.Endpoint, pair.Key.Minute))], cancellationToken);
        }
        catch
        {
            PutBack(tallies);
            throw;
        }
    }

    private void PutBack(Dictionary<(string Endpoint, long Minute), Tally> tallies)
    {
        lock (_gate)
        {
            foreach (var (key, later) in _tallies)
            {
                if (!tallies.TryAdd(key, later))
                {
                    tallies[key].Add(later);
                }
            }

            _tallies = tallies;
        }

        _first.Wake();
    }

    private sealed class Tally
    {
        private readonly long[] _latency = new long[LatencyHistogram.Size];
        private readonly Queue<RecentAttempt> _recent = new();
        private long _attempts;
        private long _delivered;
        private long _exhausted;

        public void Add(DeliveryStatus status, AttemptRecord attempt)
        {
            var delivered = status == DeliveryStatus.Delivered;
            _attempts++;
            _delivered += delivered ? 1 : 0;
            _exhausted += status == DeliveryStatus.Exhausted ? 1 : 0;
            _latency[LatencyHistogram.RangeOf(attempt.Duration)]++;
            Keep(new RecentAttempt(attempt.StartedAt, delivered, attempt.StatusCode, attempt.Error, attempt.Duration));
        }

        public void Add(Tally later)
        {
            _attempts += later._attempts;
            _delivered += later._delivered;
            _exhausted += later._exhausted;
            for (var i = 0; i < _latency.Length; i++)
            {
                _latency[i] += later._latency[i];
            }

            foreach (var attempt in later._recent)
            {
                Keep(attempt);
            }
        }

        public EndpointActivity Of(string endpointId, long minute) => new()
        {
            EndpointId = endpointId,
            Minute = DateTimeOffset.FromUnixTimeSeconds(minute * 60),
            Counts = new() { Attempts = _attempts, Delivered = _delivered, Exhausted = _exhausted, Latency = LatencyHistogram.From(_latency) },
            Recent = [.. _recent],
        };

        private void Keep(RecentAttempt attempt)
        {
            _recent.Enqueue(attempt);
            if (_recent.Count > RecentAttempt.Kept)
            {
                _recent.Dequeue();
            }
        }
    }
}
