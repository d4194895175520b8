using System.Collections.Concurrent;
using Npgsql;

namespace Outbox.Postgres;

/// <summary>
/// Tells other hosts that there may be work, at most once per <see cref="Window"/>. A NOTIFY takes a lock that all notifying commits of
/// the server queue for, so it may not be in every transaction: the first enqueue of a window carries it, and what comes after is told of
/// by one NOTIFY of our own at the window's end, once its transaction is known to have committed.
/// </summary>
internal sealed class PostgresWake : IAsyncDisposable
{
    /// <summary>The time that is at least between two notifications of one process.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait between two tries to tell while the database is away.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    // More than this in one window: tell without asking whose transaction has committed.
    private const int MostAsked = 5_000;

    private const string Notify = "select pg_notify($1, $2)";

    // A transaction that is neither committed nor in progress was rolled back, or is older than the server remembers.
    private const string NotifyWhereCommitted =
        """
        with asked as (select id, pg_xact_status(id::text::xid8) as status from unnest($3::bigint[]) as id)
        select coalesce(array_agg(id) filter (where status = 'in progress'), '{}'),
          case when bool_or(status = 'committed') then pg_notify($1, $2)::text end
        from asked
        """;

    private readonly PostgresDatabase _database;
    private readonly PostgresListener _listener;
    private readonly ConcurrentQueue<long> _untold = new();
    private readonly string _sender;
    private readonly ITimer _windowEnd;
    private long _lastTurn;
    private int _armed;
    private TimeSpan _pause = Window;
    private volatile bool _stopped;

    public PostgresWake(PostgresDatabase database)
    {
        _database = database;
        _sender = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8));
        _listener = new PostgresListener(database, Channel, _sender);
        _windowEnd = database.Clock.CreateTimer(_ => _ = TellAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _lastTurn = database.Clock.GetTimestamp() - database.Clock.TimestampFrequency;
    }

    private string Channel => $"outbox_{_database.Options.Schema}";

    /// <summary>Completes when another host told of work, and after the listener was away.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) =>
        _database.Options.Notify ? _listener.WaitAsync(cancellationToken) : Task.Delay(Timeout.InfiniteTimeSpan, _database.Clock, cancellationToken);

    /// <summary>
    /// True for at most one caller per window, and for none while a notification of our own is set for the window's end: that caller adds
    /// <see cref="AddTo"/> to its transaction. The others call <see cref="TellLater"/>.
    /// </summary>
    public bool TakeTurn()
    {
        if (!_database.Options.Notify || Volatile.Read(ref _armed) == 1)
        {
            return false;
        }

        var last = Interlocked.Read(ref _lastTurn);
        return _database.Clock.GetElapsedTime(last) >= Window
            && Interlocked.CompareExchange(ref _lastTurn, _database.Clock.GetTimestamp(), last) == last;
    }

    /// <summary>Adds the notification to the caller's statements; the server sends it at the commit.</summary>
    public void AddTo(NpgsqlBatch batch) => batch.Add(Notify, Sql.Text(Channel), Sql.Text(_sender));

    /// <summary>Sees to it that other hosts are told soon after this transaction commits.</summary>
    public void TellLater(long transactionId)
    {
        if (_database.Options.Notify && !_stopped)
        {
            _untold.Enqueue(transactionId);
            Arm(Window - _database.Clock.GetElapsedTime(Interlocked.Read(ref _lastTurn)));
        }
    }

    public void Stop()
    {
        _stopped = true;
        _windowEnd.Dispose();
        _listener.Stop();
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        await _listener.DisposeAsync();
    }

    private void Arm(TimeSpan delay)
    {
        if (Interlocked.CompareExchange(ref _armed, 1, 0) == 0)
        {
            _windowEnd.Change(delay > TimeSpan.Zero ? delay : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        }
    }

    private async Task TellAsync()
    {
        Interlocked.Exchange(ref _lastTurn, _database.Clock.GetTimestamp());
        Volatile.Write(ref _armed, 0);
        var asked = new List<long>();
        while (asked.Count < MostAsked && _untold.TryDequeue(out var id))
        {
            asked.Add(id);
        }

        if (asked.Count == 0 || _stopped)
        {
            return;
        }

        try
        {
            var open = await _database.UseAsync(
                connection => connection.ReadAsync(
                    NotifyWhereCommitted,
                    [Sql.Text(Channel), Sql.Text(_sender), Sql.Bigints(asked.ToArray())],
                    row => row.GetFieldValue<long[]>(0),
                    CancellationToken.None),
                CancellationToken.None);
            asked = [.. open[0]];
            _pause = Window;
        }
        catch (Exception e) when (e is NpgsqlException or Storage.OutboxStoreException or ObjectDisposedException)
        {
            // It was only a hint; who asks for work will find it. While the database is away it is asked again, ever less often.
            _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
            _database.Log.NotifyFailed(e);
        }

        if (!_stopped)
        {
            foreach (var id in asked.Take(MostAsked))
            {
                _untold.Enqueue(id);
            }

            if (!_untold.IsEmpty)
            {
                Arm(_pause);
            }
        }
    }
}
