using LiteDB;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Crash.Child;

namespace Outbox.Crash.Databases;

/// <summary>LiteDB belongs to one process: the host's while it lives, else this one.</summary>
internal sealed class LiteDbCrashDatabase(string connectionString) : CrashDatabase
{
    private const int Delivering = 1;
    private const int Delivered = 2;

    private ILiteDatabase? _ofHost;

    // The door of its transactions asks for the store itself.
    public override bool HasKillableStore => false;

    public override void Use(IWebhookOutboxBuilder outbox) => outbox.UseLiteDb(connectionString);

    public override void Attach(IServiceProvider host) => _ofHost = host.GetRequiredService<ILiteDatabase>();

    public override Task PrepareAsync() => Task.CompletedTask;

    public override async Task EndCallAsync(IWebhookOutbox outbox, string id, WebhookEvent ended, bool commit, KillPoints points)
    {
        // Writers take turns, and each waits on a thread of its own.
        await Task.Yield();
        outbox.Transact(_ofHost!, transaction =>
        {
            _ofHost!.GetCollection("calls").Insert(new BsonDocument { ["_id"] = id });
            transaction.Enqueue(ended);
            points.ReachAsync(KillPoints.BeforeCommit).GetAwaiter().GetResult();
            if (!commit)
            {
                transaction.Rollback();
            }
        });
        if (commit)
        {
            await points.ReachAsync(KillPoints.AfterCommit);
        }
    }

    public override Task<HashSet<string>> CommittedAsync() => ReadAsync(database => All(database, "calls").Select(call => call["_id"].AsString).ToHashSet());

    public override Task<HashSet<string>> LeasedAsync(int? process = null) => ReadAsync(database => All(database, "outbox_delivery")
        .Where(delivery => delivery["status"].AsInt32 == Delivering)
        .Select(delivery => string.Join(
            '|',
            database.GetCollection("outbox_event").FindById(delivery["event"])["id"].AsString,
            database.GetCollection("outbox_endpoint").FindById(delivery["endpoint"])["url"].AsString,
            delivery["lease_token"].AsInt64))
        .ToHashSet());

    public override Task<long> OpenAsync() => ReadAsync(database => All(database, "outbox_delivery").LongCount(delivery => delivery["status"].AsInt32 != Delivered));

    public override Task<long> AttemptsAsync() => ReadAsync(database => database.GetCollection("outbox_attempt").LongCount());

    public override Task<IReadOnlyList<string>> CheckRowsAsync() => ReadAsync<IReadOnlyList<string>>(database =>
    {
        var events = All(database, "outbox_event").ToDictionary(row => row["_id"].AsInt64, row => row["subject"].AsString);
        var calls = All(database, "calls").Select(call => call["_id"].AsString).ToHashSet();
        var deliveries = All(database, "outbox_delivery").ToList();
        var endpoints = All(database, "outbox_endpoint").Count();
        var attempts = All(database, "outbox_attempt").CountBy(attempt => attempt["_id"].AsInt64 / 1_000_000).ToDictionary();
        return
        [
            .. deliveries.Where(row => row["status"].AsInt32 != Delivered).Select(row => $"The delivery {row["_id"]} is not delivered but {row["status"]}."),
            .. calls.Except(events.Values).Select(call => $"The call {call} has no event."),
            .. events.Values.Except(calls).Select(call => $"The event of {call} has no call."),
            .. deliveries.CountBy(row => row["event"].AsInt64).Where(count => count.Value != endpoints).Select(count => $"The event {count.Key} has {count.Value} deliveries."),
            .. deliveries.Where(row => attempts.GetValueOrDefault(row["_id"].AsInt64) != row["attempts"].AsInt64).Select(row => $"The delivery {row["_id"]} counts {row["attempts"]} attempts."),
        ];
    });

    /// <summary>LiteDB has no check of its own: every document must be found by every index of its collection.</summary>
    public override Task<IReadOnlyList<string>> CheckFilesAsync() => ReadAsync<IReadOnlyList<string>>(database =>
    [
        .. database.GetCollection("$indexes").FindAll().ToList().Select(index =>
        {
            var rows = database.GetCollection(index["collection"].AsString);
            var byIndex = rows.Find(Query.All(index["expression"].AsString)).Select(row => row["_id"].ToString()).Distinct(StringComparer.Ordinal).Count();
            return byIndex == rows.FindAll().Count() ? null : $"{index["collection"]} has {rows.FindAll().Count()} documents, and its index {index["name"]} {byIndex}.";
        }).OfType<string>(),
    ]);

    private static IEnumerable<BsonDocument> All(ILiteDatabase database, string collection) => database.GetCollection(collection).FindAll();

    private Task<T> ReadAsync<T>(Func<ILiteDatabase, T> read)
    {
        if (_ofHost is not null)
        {
            return Task.FromResult(read(_ofHost));
        }

        using var database = new LiteDatabase(connectionString);
        return Task.FromResult(read(database));
    }
}
