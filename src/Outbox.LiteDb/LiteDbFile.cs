using LiteDB;
using LiteDB.Engine;
using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>
/// The open file: the lock that keeps it to this process, LiteDB's engine on it, and the turn to write. An engine that met an I/O error, such
/// as a full disk, closes itself for good; the next use opens another.
/// </summary>
internal sealed class LiteDbFile(LiteDbSource source, Func<ILiteEngine>? openEngine = null) : IDisposable
{
    private readonly Func<ILiteEngine> _openEngine = openEngine ?? source.OpenEngine;
    private readonly Lock _opening = new();
    private readonly Dictionary<string, long> _lastKeys = new(StringComparer.Ordinal);
    private FileStream? _lock;
    private ILiteEngine? _engine;
    private bool _isDisposed;

    public LiteDbStoreOptions Options => source.Options;

    public string Path => source.File;

    public WriteTurn Turn { get; } = new(source.Options.LockTimeout);

    /// <summary>The transaction of the thread that has the turn; null where it makes a single write.</summary>
    public LiteDbSession? Transaction { get; private set; }

    /// <summary>What the host writes its own documents with.</summary>
    public OutboxLiteDatabase Database => field ??= new OutboxLiteDatabase(this);

    /// <summary>The engine, which stays open; opens it where it is not.</summary>
    public ILiteEngine Engine
    {
        get
        {
            if (_engine is { } open)
            {
                return open;
            }

            lock (_opening)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                _lock ??= LiteDbLock.Take(Path);
                return _engine ??= Open();
            }
        }
    }

    /// <summary>Calls the engine, and says of its errors what they mean.</summary>
    public T Call<T>(ILiteEngine engine, Func<ILiteEngine, T> work)
    {
        try
        {
            return work(engine);
        }
        catch (Exception e) when (LiteDbFailure.IsKnown(e))
        {
            if (LiteDbFailure.EndsEngine(e))
            {
                Close(engine);
            }

            throw LiteDbFailure.Explain(e, Path);
        }
    }

    /// <summary>Does the work on what was committed when it began. Writers are not waited for, nor do they wait for it.</summary>
    public T Read<T>(Func<LiteDbSession, T> work)
    {
        using var session = LiteDbSession.Reading(this);
        return work(session);
    }

    /// <summary>Does one write of the host's: in its transaction where the thread has one, else in a turn of its own.</summary>
    public T Write<T>(Func<ILiteEngine, T> work)
    {
        if (Turn.IsMine)
        {
            return Transaction is { } transaction ? transaction.Write(work) : Call(Engine, work);
        }

        TakeTurn();
        try
        {
            return Call(Engine, work);
        }
        finally
        {
            Turn.Release();
        }
    }

    /// <summary>Does the work in one transaction on this thread.</summary>
    public T Transact<T>(Func<LiteDbSession, T> work)
    {
        RefuseNested();
        TakeTurn();
        try
        {
            return InTransaction(work);
        }
        finally
        {
            Turn.Release();
        }
    }

    /// <summary>The same, waiting for the turn without a thread.</summary>
    public async ValueTask<T> TransactAsync<T>(Func<LiteDbSession, T> work, CancellationToken cancellationToken)
    {
        RefuseNested();
        try
        {
            await Turn.WaitAsync(cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw LiteDbFailure.TookTooLong(e, Path);
        }

        try
        {
            Turn.Claim();
            return InTransaction(work);
        }
        finally
        {
            Turn.Release();
        }
    }

    /// <summary>The next number for a document of the collection. Only whoever has the turn asks.</summary>
    public long NextKey(LiteDbSession session, string collection)
    {
        if (!_lastKeys.TryGetValue(collection, out var last))
        {
            last = session.LastKey(collection);
        }

        return _lastKeys[collection] = last + 1;
    }

    /// <summary>Closes the file, once whoever writes is done; it is not waited for longer than for a turn.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        var wasFree = Turn.TryTake();
        lock (_opening)
        {
            _isDisposed = true;
            _engine?.Dispose();
            _engine = null;
            _lock?.Dispose();
            _lock = null;
        }

        if (wasFree)
        {
            Turn.Release();
            Turn.Dispose();
        }
    }

    private T InTransaction<T>(Func<LiteDbSession, T> work)
    {
        using var session = LiteDbSession.Begin(this);
        Transaction = session;
        try
        {
            var result = work(session);
            session.Commit();
            return result;
        }
        finally
        {
            Transaction = null;
        }
    }

    private void TakeTurn()
    {
        try
        {
            Turn.Take();
        }
        catch (TimeoutException e)
        {
            throw LiteDbFailure.TookTooLong(e, Path);
        }
    }

    private void RefuseNested()
    {
        if (Turn.IsMine)
        {
            throw new WebhookValidationException(
                "transaction",
                "This thread is in a transaction of the outbox's LiteDB file already, and another would wait for it for ever. Inside Transact use what it hands to your code: t.Enqueue(…).");
        }
    }

    private ILiteEngine Open()
    {
        if (Options.SchemaMode != SchemaMode.CreateAndMigrate && !File.Exists(Path))
        {
            throw new OutboxStoreException(
                $"The LiteDB file '{Path}' does not exist, and {nameof(SchemaMode)}.{Options.SchemaMode} does not make it. Make it first, or choose {nameof(SchemaMode)}.{nameof(SchemaMode.CreateAndMigrate)}.");
        }

        try
        {
            source.RefuseForeignFile();
            return _openEngine();
        }
        catch (Exception e) when (LiteDbFailure.IsKnown(e))
        {
            throw LiteDbFailure.Explain(e, Path);
        }
    }

    private void Close(ILiteEngine engine)
    {
        if (Interlocked.CompareExchange(ref _engine, null, engine) == engine)
        {
            engine.Dispose();
        }
    }
}
