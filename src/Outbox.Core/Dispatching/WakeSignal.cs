using System.Data.Common;

namespace Outbox.Dispatching;

/// <summary>
/// Wakes the dispatcher. A wake is a hint, never the truth: it may come for nothing, and what it misses the sweep finds.
/// </summary>
internal sealed class WakeSignal(TimeProvider clock)
{
    private readonly Signal _signal = new(clock);
    private readonly CommitWatch _commits = new(ExactClock.For(clock));
    private volatile bool _listening;

    /// <summary>Whether a dispatcher runs in this process: without one, hints are not worth keeping.</summary>
    public bool Listening
    {
        get => _listening;
        set => _listening = value;
    }

    /// <summary>Something may be due now.</summary>
    public void Wake() => _signal.Wake();

    /// <summary>Something will be due when the transaction commits; null: it has.</summary>
    public void ExpectCommit(DbTransaction? transaction)
    {
        if (!_listening)
        {
            return;
        }

        if (transaction is null)
        {
            Wake();
        }
        else
        {
            _commits.Watch(transaction, Wake);
        }
    }

    /// <summary>Returns at the next hint, at once where one came since the last wait, or after the timeout.</summary>
    public Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken) => _signal.WaitAsync(timeout, cancellationToken);
}
