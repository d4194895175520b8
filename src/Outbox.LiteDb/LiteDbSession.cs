using LiteDB;
using LiteDB.Engine;
using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>
/// The outbox's look at the collections: a transaction of the thread that began it. One that only reads sees each collection as it was when it
/// first looked; the reads of one that writes lock for update what they find.
/// </summary>
internal sealed class LiteDbSession : IDisposable
{
    private readonly LiteDbFile _file;
    private readonly ILiteEngine _engine;
    private readonly bool _writes;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private string? _ended;

    private LiteDbSession(LiteDbFile file, bool writes)
    {
        _file = file;
        _engine = file.Engine;
        _writes = writes;
    }

    /// <summary>Whether its own code chose to undo it.</summary>
    public bool IsRolledBack { get; private set; }

    public static LiteDbSession Reading(LiteDbFile file)
    {
        var session = new LiteDbSession(file, writes: false);

        // A thread that is in a transaction of its own reads in that.
        session._ended = !file.Turn.IsMine && session.Call(engine => engine.BeginTrans()) ? null : "it is another's";
        return session;
    }

    public static LiteDbSession Begin(LiteDbFile file)
    {
        var session = new LiteDbSession(file, writes: true);
        if (!session.Call(engine => engine.BeginTrans()))
        {
            session._ended = "the thread had another already";
            throw session.Undone();
        }

        return session;
    }

    /// <summary>This, where work may still be done in it, here and now.</summary>
    /// <exception cref="WebhookValidationException">It ended, or belongs to another thread.</exception>
    public LiteDbSession Checked
    {
        get
        {
            if (_ended is { } why)
            {
                throw new WebhookValidationException("transaction", $"The transaction is over: {why}. Enqueue inside Transact, before it ends.");
            }

            return _thread == Environment.CurrentManagedThreadId
                ? this
                : throw new WebhookValidationException(
                    "transaction",
                    "The transaction belongs to the thread that began it, and this is another: LiteDB would write outside of it. Do the work of Transact on its own thread, without await, Task.Run or Parallel.");
        }
    }

    /// <summary>Does a write. One that fails has rolled back the whole transaction, and what came after would be committed on its own.</summary>
    public T Write<T>(Func<ILiteEngine, T> work)
    {
        RefuseWhereUndone();
        try
        {
            return Call(work);
        }
        catch (Exception e)
        {
            _ended = $"LiteDB rolled it back when a write failed ({e.Message})";
            throw;
        }
    }

    public void Commit()
    {
        if (IsRolledBack)
        {
            return;
        }

        RefuseWhereUndone();
        if (!Call(engine => engine.Commit()))
        {
            _ended = "LiteDB had ended it before its commit";
            throw Undone();
        }

        _ended = "it was committed";
    }

    public void Rollback()
    {
        IsRolledBack = true;
        _ended = "it was rolled back";
        Call(engine => engine.Rollback());
    }

    /// <summary>Undoes what did not end. LiteDB keeps a transaction that it could not commit: its thread could begin no other, and nobody else could write.</summary>
    public void Dispose()
    {
        if (_ended is not null)
        {
            return;
        }

        try
        {
            Rollback();
        }
        catch (OutboxStoreException)
        {
            // The engine was closed by an error, and the transaction with it. Whoever met the error has it, and it says more.
        }
    }

    public BsonDocument? Get(string collection, long key) => First(collection, "$._id = @0", key);

    public BsonDocument? First(string collection, string where, params BsonValue[] values) =>
        Stream(collection, new Query { Limit = 1 }, where, values).FirstOrDefault();

    public List<BsonDocument> All(string collection, string where, params BsonValue[] values) =>
        [.. Stream(collection, new Query(), where, values)];

    /// <summary>The first documents in the order of a field that is indexed, from one value to another.</summary>
    public List<BsonDocument> Range(string collection, string field, BsonValue from, BsonValue to, int limit)
    {
        var query = new Query { Limit = limit, OrderBy = $"$.{field}" };
        return [.. Stream(collection, query, $"$.{field} BETWEEN @0 AND @1", from, to)];
    }

    /// <summary>The values of a field that is indexed, in their order; no document is read.</summary>
    public IEnumerable<BsonValue> Values(string collection, string field, BsonValue from, BsonValue to)
    {
        var query = new Query { OrderBy = $"$.{field}", Select = $"$.{field}" };
        return Stream(collection, query, $"$.{field} BETWEEN @0 AND @1", from, to).Select(document => document[field]);
    }

    /// <summary>The keys of documents in the order of a field that is indexed.</summary>
    public IEnumerable<long> Keys(string collection, string field, BsonValue from, BsonValue to)
    {
        var query = new Query { OrderBy = $"$.{field}", Select = "$._id" };
        return Stream(collection, query, $"$.{field} BETWEEN @0 AND @1", from, to).Select(document => document["_id"].AsInt64);
    }

    /// <summary>The documents with a lower key, newest first, as they are asked for.</summary>
    public IEnumerable<BsonDocument> Below(string collection, long key) =>
        Stream(collection, new Query { OrderBy = "$._id", Order = LiteDB.Query.Descending }, "$._id < @0", key);

    /// <summary>The documents with a higher key, oldest first, as they are asked for.</summary>
    public IEnumerable<BsonDocument> Above(string collection, long key) => Stream(collection, new Query { OrderBy = "$._id" }, "$._id > @0", key);

    public long LastKey(string collection) => Below(collection, long.MaxValue).FirstOrDefault()?["_id"].AsInt64 ?? 0;

    public void Insert(string collection, params IReadOnlyCollection<BsonDocument> documents) => Write(engine => engine.Insert(collection, documents, BsonAutoId.Int64));

    public void Update(string collection, params IReadOnlyCollection<BsonDocument> documents) => Write(engine => engine.Update(collection, documents));

    public void Delete(string collection, params IReadOnlyCollection<BsonValue> keys) => Write(engine => engine.Delete(collection, keys));

    public void DeleteWhere(string collection, string where, params BsonValue[] values) =>
        Write(engine => engine.DeleteMany(collection, BsonExpression.Create(where, values)));

    /// <summary>Runs one statement of a schema script.</summary>
    public void Run(string statement) => Write(engine =>
    {
        using var database = new LiteDatabase(engine, disposeOnClose: false);
        using var reader = database.Execute(statement);
        return reader.HasValues;
    });

    private IBsonDataReader Query(string collection, Query query, string where, params BsonValue[] values)
    {
        query.ForUpdate = _writes;
        query.Where.Add(BsonExpression.Create(where, values));
        return Call(engine => engine.Query(collection, query));
    }

    private IEnumerable<BsonDocument> Stream(string collection, Query query, string where, params BsonValue[] values)
    {
        using var reader = Query(collection, query, where, values);
        while (Read(reader))
        {
            yield return reader.Current.AsDocument;
        }
    }

    private bool Read(IBsonDataReader reader) => Call(_ => reader.Read());

    private T Call<T>(Func<ILiteEngine, T> work) => _file.Call(_engine, work);

    private void RefuseWhereUndone()
    {
        if (_ended is not null)
        {
            throw Undone();
        }
    }

    private OutboxStoreException Undone() => new(
        $"The transaction on the LiteDB file '{_file.Path}' is undone: {_ended}. Nothing of it is stored. Let the error that ended it leave the work of Transact, and run the whole again.");
}
