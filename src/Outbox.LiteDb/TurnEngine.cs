using LiteDB;
using LiteDB.Engine;

namespace Outbox.LiteDb;

/// <summary>
/// LiteDB's engine as the host's own code gets it: each write waits for its turn, and transactions are begun by <c>Transact</c> only, which
/// ends them on the thread that began them.
/// </summary>
internal sealed class TurnEngine(LiteDbFile file) : ILiteEngine
{
    public bool BeginTrans() => throw Refused("BeginTrans");

    public bool Commit() => throw Refused("Commit");

    public bool Rollback() => throw Refused("Rollback");

    public IBsonDataReader Query(string collection, Query query)
    {
        if (query.Into is not null)
        {
            return file.Write(engine => engine.Query(collection, query));
        }

        return query.ForUpdate && !file.Turn.IsMine ? throw Refused("A query for update") : file.Call(file.Engine, engine => engine.Query(collection, query));
    }

    public int Insert(string collection, IEnumerable<BsonDocument> docs, BsonAutoId autoId) => file.Write(engine => engine.Insert(collection, docs, autoId));

    public int Update(string collection, IEnumerable<BsonDocument> docs) => file.Write(engine => engine.Update(collection, docs));

    public int UpdateMany(string collection, BsonExpression extend, BsonExpression predicate) =>
        file.Write(engine => engine.UpdateMany(collection, extend, predicate));

    public int Upsert(string collection, IEnumerable<BsonDocument> docs, BsonAutoId autoId) => file.Write(engine => engine.Upsert(collection, docs, autoId));

    public int Delete(string collection, IEnumerable<BsonValue> ids) => file.Write(engine => engine.Delete(collection, ids));

    public int DeleteMany(string collection, BsonExpression predicate) => file.Write(engine => engine.DeleteMany(collection, predicate));

    public bool DropCollection(string name) => file.Write(engine => engine.DropCollection(name));

    public bool RenameCollection(string name, string newName) => file.Write(engine => engine.RenameCollection(name, newName));

    public bool EnsureIndex(string collection, string name, BsonExpression expression, bool unique) =>
        file.Write(engine => engine.EnsureIndex(collection, name, expression, unique));

    public bool DropIndex(string collection, string name) => file.Write(engine => engine.DropIndex(collection, name));

    public BsonValue Pragma(string name) => file.Call(file.Engine, engine => engine.Pragma(name));

    public bool Pragma(string name, BsonValue value) => file.Write(engine => engine.Pragma(name, value));

    public int Checkpoint() => file.Write(engine => engine.Checkpoint());

    public long Rebuild(RebuildOptions options) => file.Write(engine => engine.Rebuild(options));

    /// <summary>The file is the outbox's to close: the container does.</summary>
    public void Dispose()
    {
    }

    private static InvalidOperationException Refused(string what) => new(
        $"{what} is not possible on the outbox's LiteDB file. LiteDB binds a transaction to its thread, and one that an await leaves behind would keep every writer out: " +
        "write inside outbox.Transact(db, t => …), which begins it, commits it and rolls it back where your code throws.");
}
