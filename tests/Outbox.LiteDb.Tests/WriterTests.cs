using LiteDB;
using LiteDB.Engine;
using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.LiteDb.Tests;

/// <summary>Every write of the process takes its turn, whichever collection it goes to.</summary>
public sealed class WriterTests : IAsyncLifetime
{
    private readonly Platform _platform = Platform.Build(options => options.LockTimeout = TimeSpan.FromMinutes(2));

    public Task InitializeAsync() => _platform.Outbox.Endpoints.PutAsync(Some.Endpoint());

    public async Task DisposeAsync() => await _platform.DisposeAsync();

    [Fact]
    public async Task A_write_of_another_thread_waits_until_the_transaction_ends()
    {
        var writing = Task.CompletedTask;
        var early = true;
        _platform.Outbox.Transact(_platform.Database, t =>
        {
            using var started = new ManualResetEventSlim();
            writing = Task.Run(() =>
            {
                started.Set();
                _platform.Calls.Insert(Platform.Call("call_1"));
            });
            started.Wait();
            early = EndsAtOnce(writing);
        });
        await writing;

        Assert.False(early);
        Assert.Equal(1, _platform.Calls.Count());
    }

    [Fact]
    public async Task A_turn_that_does_not_come_in_time_is_told_as_a_passing_error()
    {
        await using var impatient = Platform.Build(options => options.LockTimeout = TimeSpan.FromMilliseconds(20));
        await impatient.Outbox.Endpoints.PutAsync(Some.Endpoint());

        impatient.Outbox.Transact(impatient.Database, t =>
        {
            var other = Task.Run(() => impatient.Calls.Insert(Platform.Call("call_1")));
            var failure = Assert.Throws<OutboxStoreException>(() => other.GetAwaiter().GetResult());
            Assert.True(failure.IsTransient);
            Assert.Contains("take turns", failure.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Writers_to_many_collections_at_once_lose_nothing_and_leave_the_file_sound()
    {
        const int Writers = 8;
        const int Documents = 150;
        var padding = new string('x', 3000);

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
        {
            var own = _platform.Database.GetCollection($"own_{writer}");
            for (var i = 0; i < Documents; i++)
            {
                own.Insert(new BsonDocument { ["_id"] = i, ["padding"] = padding });
                if (i % 3 == 0)
                {
                    own.Delete(i);
                    _platform.Outbox.Transact(_platform.Database, t => t.Enqueue(Some.Event($"call_{writer}_{i}")));
                }
            }
        })));

        for (var writer = 0; writer < Writers; writer++)
        {
            var own = _platform.Database.GetCollection($"own_{writer}");
            Assert.Equal(Documents - (Documents / 3), own.FindAll().Count(document => document["padding"].AsString == padding));
        }

        _platform.Database.Checkpoint();
        Assert.Equal(Writers * Documents / 3, _platform.Database.GetCollection("outbox_event").FindAll().Count());
        Assert.Equal(Writers * Documents / 3, (await _platform.Outbox.Deliveries.ListAsync(new DeliveryFilter(), limit: 500)).Deliveries.Count);
    }

    [Fact]
    public async Task The_file_closes_when_whoever_writes_is_done()
    {
        using var folder = new Folder();
        var file = folder.Open();
        using var began = new ManualResetEventSlim();
        using var mayEnd = new ManualResetEventSlim();
        var writing = Task.Run(() => file.Transact(session =>
        {
            began.Set();
            mayEnd.Wait();
            session.Insert("calls", Platform.Call("call_1"));
            return true;
        }));
        began.Wait();

        var closing = Task.Run(file.Dispose);
        Assert.False(EndsAtOnce(closing));
        mayEnd.Set();
        await Task.WhenAll(writing, closing);

        using var again = folder.Open();
        Assert.Equal(1, again.Database.GetCollection("calls").Count());
    }

    [Fact]
    public async Task Times_are_kept_as_whole_milliseconds_and_never_as_dates()
    {
        await _platform.StartAsync();
        await _platform.Outbox.Endpoints.PutAsync(Some.Endpoint() with { ExpiresAt = new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.FromHours(2)) });
        _platform.Outbox.Transact(_platform.Database, t => t.Enqueue(Some.Event() with { OccurredAt = new DateTimeOffset(2026, 7, 1, 12, 0, 0, 125, TimeSpan.FromHours(-4)) }));
        await _platform.ArrivalAsync();
        _platform.Outbox.Transact(_platform.Database, t => t.Enqueue(Some.Event() with { Holds = [new WebhookHold("recording", TimeSpan.FromHours(1))] }));

        var documents = _platform.Database.GetCollectionNames()
            .Where(name => name.StartsWith("outbox_", StringComparison.Ordinal))
            .SelectMany(name => _platform.Database.GetCollection(name).FindAll())
            .ToList();

        Assert.DoesNotContain(documents.SelectMany(Values), value => value.IsDateTime);
        var times = documents.SelectMany(document => document).Where(field => field.Key.EndsWith("_at", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(times);
        Assert.All(times, time => Assert.Equal(BsonType.Int64, time.Value.Type));
    }

    private static bool EndsAtOnce(Task work) => work.Wait(TimeSpan.FromMilliseconds(50));

    private static IEnumerable<BsonValue> Values(BsonValue value) => value switch
    {
        BsonDocument document => document.Values.SelectMany(Values),
        BsonArray array => array.SelectMany(Values),
        _ => [value],
    };
}
