using Microsoft.Extensions.Logging;
using Outbox.Diagnostics;

namespace Outbox.Dispatching;

/// <summary>
/// How one part of the dispatcher lives through an outage of the database: it waits longer after each failure, says so at most once a
/// minute, and says when it is over.
/// </summary>
internal sealed class StoreTrouble(string operation, TimeProvider clock, IRandomSource random, ILogger logger)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly OncePerMinute _calm = new(clock);
    private int _failures;
    private bool _saidSo;

    /// <summary>Takes one turn after the other until <paramref name="stop"/> fires; a turn that fails is taken again after a while.</summary>
    public async Task RepeatAsync(Func<CancellationToken, Task> turn, CancellationToken stop)
    {
        while (true)
        {
            await UntilDoneAsync(turn, stop);
        }
    }

    /// <summary>Takes one turn, again and again until it does not fail or <paramref name="stop"/> fires.</summary>
    public async Task UntilDoneAsync(Func<CancellationToken, Task> turn, CancellationToken stop)
    {
        while (true)
        {
            Exception failure;
            try
            {
                await turn(stop);
                Over();
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
            {
                failure = e;
            }

            await BackOffAsync(failure, stop);
        }
    }

    public void Over()
    {
        if (_saidSo)
        {
            Log.StoreIsBack(logger, operation, _failures);
        }

        _failures = 0;
        _saidSo = false;
    }

    public Task BackOffAsync(Exception failure, CancellationToken cancellationToken)
    {
        Failed(failure);
        var wait = First * Math.Pow(2, Math.Min(_failures - 1, 10));
        wait = wait > Longest ? Longest : wait;
        return Task.Delay(wait * (0.75 + 0.5 * random.NextDouble()), clock, cancellationToken);
    }

    /// <summary>Says that it failed, where nothing was said for a minute. For a turn that is taken only once.</summary>
    public void Failed(Exception failure)
    {
        _failures++;
        if (_calm.Allows(operation))
        {
            _saidSo = true;
            Log.StoreFailed(logger, failure, operation, _failures);
        }
    }
}
