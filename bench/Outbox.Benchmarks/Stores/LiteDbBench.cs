using System.Buffers.Binary;
using LiteDB;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Benchmarks.Harness;
using Outbox.Storage;

namespace Outbox.Benchmarks.Stores;

/// <summary>A file in the temporary folder, which is open where a host is, and one beside it for what is written by hand.</summary>
internal sealed class LiteDbBench : IBenchDatabase
{
    private readonly DirectoryInfo? _folder;
    private readonly Lock _opening = new();
    private LiteDbByHand? _byHand;

    private LiteDbBench(string file, DirectoryInfo? folder)
    {
        _folder = folder;
        Address = file;
    }

    public string Address { get; }

    public bool TellsOtherHosts => false;

    public bool BelongsToOneHost => true;

    public static Task<IBenchDatabase> CreateAsync()
    {
        var folder = Directory.CreateTempSubdirectory("outbox-bench-");
        return Task.FromResult<IBenchDatabase>(new LiteDbBench(Path.Combine(folder.FullName, "calls.db"), folder));
    }

    public static IBenchDatabase Join(string address) => new LiteDbBench(address, folder: null);

    /// <summary>The key of an index, as the outbox makes them: numbers that sort by the first, then the second, and so on.</summary>
    public static byte[] Key(params ReadOnlySpan<long> numbers)
    {
        var key = new byte[numbers.Length * sizeof(long)];
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(i * sizeof(long)), numbers[i]);
        }

        return key;
    }

    public void Use(IWebhookOutboxBuilder outbox, bool wake = true) =>
        outbox.UseLiteDb($"Filename={Address}", options => options.LockTimeout = TimeSpan.FromMinutes(1));

    public ValueTask<IBenchClient> ConnectAsync(OutboxHost host) => ValueTask.FromResult<IBenchClient>(new LiteDbClient(this, host));

    /// <summary>Only what writes by hand opens the second file.</summary>
    public LiteDbByHand ByHand(OutboxHost host)
    {
        lock (_opening)
        {
            return _byHand ??= new LiteDbByHand(
                Path.ChangeExtension(Address, "by-hand.db"),
                host.Services.GetRequiredService<IOutboxStore>().SchemaScript,
                host.Services.GetRequiredService<ILiteDatabase>().CheckpointSize);
        }
    }

    public async Task RetainAsync(int count, int endpoints)
    {
        const long Closed = 1_790_000_000_000;
        await using var host = await OutboxHost.StartAsync(this, dispatch: false);
        var database = host.Services.GetRequiredService<ILiteDatabase>();
        var keys = Enumerable.Range(1, count).Select(key => (long)key);
        database.GetCollection("outbox_event").InsertBulk(keys.Select(key =>
            LiteDbByHand.Event(key, $"evt_00{key:D20}", ["all"], Closed, "{}"u8.ToArray(), subject: $"call_old_{key}")));
        database.GetCollection("outbox_delivery").InsertBulk(keys.Select(key =>
        {
            var endpoint = 1 + key % endpoints;
            var delivery = LiteDbByHand.Delivery(key, $"dlv_00{key:D20}{endpoint:x4}", key, endpoint, Closed);
            delivery["status"] = 2L;
            delivery["due_at"] = delivery["closed_at"] = Closed + key;
            delivery["attempts"] = delivery["lease_token"] = 1L;
            delivery["last_status_code"] = 200L;
            delivery["place"] = Key(2, Closed + key, key);
            delivery["owed"] = Key(endpoint, 2, key);
            return delivery;
        }));
        database.GetCollection("outbox_attempt").InsertBulk(keys.Select(key =>
            new BsonDocument { ["_id"] = key * 1_000_000 + 1, ["number"] = 1L, ["started_at"] = Closed, ["duration_ms"] = 3L, ["status_code"] = 200L }));
        database.Checkpoint();
    }

    public async Task BlockAsync(int firstEndpoint, int endpoints)
    {
        await using var host = await OutboxHost.StartAsync(this, dispatch: false);
        var now = Timing.Clock.GetUtcNow();
        host.Services.GetRequiredService<ILiteDatabase>().GetCollection("outbox_endpoint").UpdateMany(
            BsonExpression.Create(
                "{ failures: 5, failing_since: @0, blocked_until: @1 }", now.ToUnixTimeMilliseconds(), now.AddDays(1).ToUnixTimeMilliseconds()),
            BsonExpression.Create("$._id BETWEEN @0 AND @1", firstEndpoint + 1, firstEndpoint + endpoints));
    }

    public ValueTask<string> DescribeAsync()
    {
        using var database = new LiteDatabase(Address);
        return ValueTask.FromResult($"LiteDB {typeof(LiteDatabase).Assembly.GetName().Version}, CHECKPOINT={database.CheckpointSize}");
    }

    public ValueTask<long?> QueriesAsync(IServiceProvider services) => ValueTask.FromResult<long?>(null);

    public ValueTask DisposeAsync()
    {
        _byHand?.Dispose();
        _folder?.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
