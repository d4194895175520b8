using System.Data.Common;

namespace Outbox.Dispatching;

/// <summary>
/// Watches the callers' transactions, so that the dispatcher looks within a millisecond of a commit although nothing calls it then.
/// ADO.NET says that a transaction's connection is null once it is completed; reading that costs nothing, and asks the database nothing.
/// </summary>
/// <remarks>
/// Where a driver hides the end of a transaction, the dispatcher is woken now and then meanwhile, ever more rarely, until time is up; the sweep
/// finds what comes later still. Npgsql uses a connection's transaction object again: one that is seen twice may have committed in between,
/// so that too is a reason to look, but not at once for each of the events that one transaction enqueues.
/// </remarks>
internal sealed class CommitWatch(TimeProvider clock)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(0.25);
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(50);
    public static readonly TimeSpan TimeIsUp = TimeSpan.FromMinutes(2);

    /// <summary>The shortest time between two looks for the sake of one transaction object that is seen again and again.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(8);

    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(16);

    private readonly Lock _gate = new();
    private readonly Signal _newcomer = new(clock);
    private readonly List<Watched> _watched = [];
    private TimeSpan _wait;
    private bool _watching;

    public void Watch(DbTransaction transaction, Action wake)
    {
        lock (_gate)
        {
            Remember(transaction);
            if (_watching)
            {
                // A commit must not wait for the next look at a transaction that has been open for long.
                if (_wait > Shortest)
                {
                    _newcomer.Wake();
                }

                return;
            }

            _watching = true;
        }

        _ = WatchAsync(wake);
    }

    private void Remember(DbTransaction transaction)
    {
        var now = clock.GetTimestamp();
        if (_watched.Find(watched => ReferenceEquals(watched.Transaction, transaction)) is { } again)
        {
            again.Since = now;
            again.UntilNextLook = LookAgain;
        }
        else
        {
            _watched.Add(new Watched(transaction) { Since = now, LastLook = now, UntilNextLook = FirstLook });
        }
    }

    private async Task WatchAsync(Action wake)
    {
        await Task.Yield();
        while (true)
        {
            await _newcomer.WaitAsync(NextWait(), CancellationToken.None);
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

    // A young transaction is about to commit; one that has been open for long is not worth a look each quarter of a millisecond.
    private TimeSpan NextWait()
    {
        lock (_gate)
        {
            var youngest = Longest * 16;
            foreach (var watched in _watched)
            {
                var age = clock.GetElapsedTime(watched.Since);
                youngest = age < youngest ? age : youngest;
            }

            _wait = youngest / 16 < Shortest ? Shortest : youngest / 16;
            return _wait;
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
                else if (clock.GetElapsedTime(watched.LastLook) >= watched.UntilNextLook)
                {
                    look = true;
                    watched.LastLook = clock.GetTimestamp();
                    watched.UntilNextLook = age > FirstLook ? age : FirstLook;
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

        /// <summary>When something was enqueued in it last.</summary>
        public long Since { get; set; }

        public long LastLook { get; set; }

        public TimeSpan UntilNextLook { get; set; }
    }
}
