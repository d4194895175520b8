using System.Text;
using LiteDB;
using Outbox.Benchmarks.Harness;

namespace Outbox.Benchmarks.Stores;

/// <summary>
/// What a platform without the outbox would write on LiteDB. The outbox's file takes no transactions but the outbox's, so this is a file of its
/// own, with the same collections, indexes and checkpoints.
/// </summary>
internal sealed class LiteDbByHand : IDisposable
{
    // Two of LiteDB's threads that write to different collections can take the same page.
    private readonly Lock _turn = new();
    private readonly LiteDatabase _database;
    private readonly ILiteCollection<BsonDocument> _calls;
    private readonly ILiteCollection<BsonDocument> _events;
    private readonly ILiteCollection<BsonDocument> _deliveries;
    private long _lastKey;

    public LiteDbByHand(string file, string schemaScript, int checkpointSize)
    {
        _database = new LiteDatabase(file) { CheckpointSize = checkpointSize };
        foreach (var statement in schemaScript.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            _database.Execute(statement).Dispose();
        }

        _calls = _database.GetCollection("calls");
        _events = _database.GetCollection("outbox_event");
        _deliveries = _database.GetCollection("outbox_delivery");
    }

    public static BsonDocument Call(string id) => new() { ["_id"] = id, ["status"] = "ended" };

    public static BsonDocument Event(long key, string id, string[] scopes, long now, byte[] data, string? subject = null)
    {
        var document = new BsonDocument
        {
            ["_id"] = key,
            ["id"] = id,
            ["id_key"] = Utf8(id),
            ["type"] = "call.ended",
            ["scopes"] = new BsonArray(scopes.Select(scope => new BsonValue(scope))),
            ["occurred_at"] = now,
            ["enqueued_at"] = now,
            ["holds"] = new BsonArray(),
            ["frozen"] = false,
            ["data"] = data,
        };
        if (subject is not null)
        {
            document["subject"] = subject;
            document["subject_key"] = Utf8(subject);
        }

        return document;
    }

    /// <summary>One that is due and was never claimed.</summary>
    public static BsonDocument Delivery(long key, string id, long eventKey, long endpoint, long now) => new()
    {
        ["_id"] = key,
        ["id"] = id,
        ["id_key"] = Utf8(id),
        ["event"] = eventKey,
        ["endpoint"] = endpoint,
        ["type"] = "call.ended",
        ["profile"] = "standard",
        ["ship_transcript"] = true,
        ["enqueued_at"] = now,
        ["status"] = 0L,
        ["gate"] = 0L,
        ["due_at"] = now,
        ["attempts"] = 0L,
        ["failed_tries"] = 0L,
        ["lease_token"] = 0L,
        ["place"] = LiteDbBench.Key(0, 0, endpoint, now, key),
        ["owed"] = LiteDbBench.Key(endpoint, 0, key),
    };

    public long CommitCall(string call) => Commit(() => _calls.Insert(Call(call)));

    public long Commit(string call, long number) => Commit(() =>
    {
        const long Now = 1_800_000_000_000;
        var key = ++_lastKey;
        _calls.Insert(Call(call));
        _events.Insert(Event(key, $"evt_{call}", ["all", "number:+16470000000"], Now, BareSender.DataOf(number)));
        _deliveries.Insert(Delivery(key, $"dlv_{call}", key, endpoint: 1, Now));
    });

    public void Dispose() => _database.Dispose();

    private long Commit(Action insert)
    {
        lock (_turn)
        {
            _database.BeginTrans();
            insert();
            _database.Commit();
        }

        return Timing.Now;
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
