using System.Data.Common;

namespace Outbox.Dispatching;

/// <summary>
/// Watches the callers' transactions, so that the dispatcher looks within a millisecond or two of a commit although nothing calls it then.
/// ADO.NET says that a transaction's connection is null once it is completed; reading that costs nothing, and asks the database nothing.
/// </summary>
/// <remarks>
/// Where a driver hides the end of a transaction (some reuse their transaction objects), the dispatcher is woken now and then meanwhile, ever
/// more rarely, until time is up; the sweep finds what comes later still.
/// </remarks>
internal sealed class CommitWatch(TimeProvider clock)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(50);
    public static readonly TimeSpan TimeIsUp = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(16);

    private readonly Lock _gate = new();
    private readonly List<Watched> _watched = [];
    private bool _watching;

    public void Watch(DbTransaction transaction, Action wake)
    {
        lock (_gate)
        {
            foreach (var watched in _watched)
            {
                if (ReferenceEquals(watched.Transaction, transaction))
                {
                    watched.Since = clock.GetTimestamp();
                    return;
                }
            }

            _watched.Add(new Watched(transaction) { Since = clock.GetTimestamp(), NextLook = FirstLook });
            if (_watching)
            {
                return;
            }

            _watching = true;
        }

        _ = WatchAsync(wake);
    }

    private async Task WatchAsync(Action wake)
    {
        await Task.Yield();
        while (true)
        {
            await Task.Delay(UntilNextLook(), clock, CancellationToken.None);
            var (look, done) = Look();
            if (look)
            {
                wake();
            }

            if (done)
            {
                return;
            }
        }
    }

    // A young transaction is about to commit; one that has been open for long is not worth a look each millisecond.
    private TimeSpan UntilNextLook()
    {
        lock (_gate)
        {
            var youngest = _watched.Count == 0 ? TimeSpan.Zero : clock.GetElapsedTime(_watched[^1].Since);
            var wait = youngest / 16;
            return wait < Shortest ? Shortest : wait > Longest ? Longest : wait;
        }
    }

    private (bool Look, bool Done) Look()
    {
        var look = false;
        lock (_gate)
        {
            for (var i = _watched.Count - 1; i >= 0; i--)
            {
                var watched = _watched[i];
                var age = clock.GetElapsedTime(watched.Since);
                if (IsCompleted(watched.Transaction) || age >= TimeIsUp)
                {
                    look = true;
                    _watched.RemoveAt(i);
                }
                else if (age >= watched.NextLook)
                {
                    look = true;
                    watched.NextLook = age * 2;
                }
            }

            _watching = _watched.Count > 0;
            return (look, !_watching);
        }
    }

    private static bool IsCompleted(DbTransaction transaction)
    {
        try
        {
            return transaction.Connection is null;
        }
        catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException)
        {
            return true;
        }
    }

    private sealed class Watched(DbTransaction transaction)
    {
        public DbTransaction Transaction { get; } = transaction;

        public long Since { get; set; }

        public TimeSpan NextLook { get; set; }
    }
}
