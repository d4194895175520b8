using System.Collections.Concurrent;
using System.Data;
using System.Globalization;
using Npgsql;
using Outbox.Deliveries;
using Outbox.ProviderContract;
using Outbox.Storage;

namespace Outbox.Postgres.Tests;

/// <summary>What other transactions do at the same moment: order holds, nothing is stuck, and no settlement waits for a caller.</summary>
public sealed class OrderingRaceTests : PostgresTest
{
    [Fact]
    public async Task A_settlement_does_not_wait_for_an_enqueue_of_the_same_key_and_the_queue_moves_up_after_its_commit()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.EnqueueAsync(Some.Event("key"));
        var first = await Stores.ClaimAsync();
        await using var caller = await Fixture.BeginAsync(Stores);
        var second = await caller.EnqueueAsync(Some.Event("key"));

        await Stores.SettleAsync(first).WaitAsync(Some.Patience);
        Assert.Empty(await Stores.ClaimAsync());
        Assert.InRange((await Stores.Outbox.NextDueInAsync(CancellationToken.None))!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        await caller.CommitAsync();

        Assert.Equal(second.DeliveryIds[0], Assert.Single(await Stores.ClaimAsync()).Id);
    }

    [Fact]
    public async Task A_rolled_back_enqueue_leaves_nothing_behind_in_the_queue()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.EnqueueAsync(Some.Event("key"));
        var first = await Stores.ClaimAsync();
        await using (var caller = await Fixture.BeginAsync(Stores))
        {
            await caller.EnqueueAsync(Some.Event("key"));
            await Stores.SettleAsync(first);
        }

        await Stores.EnqueueAsync(Some.Event("key"));

        Assert.Single(await Stores.ClaimAsync());
        Assert.Null(await Stores.Outbox.NextDueInAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData(IsolationLevel.RepeatableRead)]
    [InlineData(IsolationLevel.Serializable)]
    public async Task Order_holds_when_the_callers_snapshot_is_older_than_the_event_before(IsolationLevel level)
    {
        await Stores.PutAsync(Some.Endpoint());
        await using var connection = await Fixture.OpenAsync();
        await using var caller = await connection.BeginTransactionAsync(level);
        await connection.RunAsync("select count(*) from calls", [], CancellationToken.None);
        var first = await Stores.EnqueueAsync(Some.Event("key"));

        var second = await Stores.EnqueueAsync(Some.Event("other"), caller);
        var third = await Stores.EnqueueAsync(Some.Event("key"), caller);
        var claimed = await Stores.ClaimAsync();
        await caller.CommitAsync();

        Assert.Equal(first.DeliveryIds[0], Assert.Single(claimed).Id);
        var next = await Stores.ClaimAsync();
        Assert.Equal(second.DeliveryIds[0], Assert.Single(next).Id);
        await Stores.SettleAsync([.. claimed, .. next]);
        Assert.Equal(third.DeliveryIds[0], Assert.Single(await Stores.ClaimAsync()).Id);
    }

    [Fact]
    public async Task A_settlement_waits_neither_for_a_put_of_its_endpoint_nor_for_a_late_release_of_its_event()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        await Stores.EnqueueAsync(Some.Event() with { Subject = "call_1", Holds = [new WebhookHold("recording", TimeSpan.FromMinutes(1))] });
        await Fixture.AdvanceAsync(TimeSpan.FromMinutes(2));
        var claimed = await Stores.ClaimAsync();
        await using var caller = await Fixture.BeginAsync(Stores);
        await caller.PutAsync(new EndpointLookup { Id = endpoint.Id }, _ => endpoint with { Url = "https://other.example/" });
        var release = new HoldRelease { Subject = "call_1", Artifact = "recording", Patch = data => data.ToArray() };
        Assert.Equal(ArtifactOutcome.TooLate, await caller.ReleaseAsync(release));

        var stored = await Stores.SettleAsync(claimed, DeliveryTransition.Parked("gone")).WaitAsync(Some.Patience);
        await caller.CommitAsync();

        Assert.Equal([true], stored);
        Assert.Null((await Stores.Endpoints.GetAsync(endpoint.Id, CancellationToken.None))!.DisabledReason);
        await Stores.EnqueueAsync(Some.Event());
        await Stores.SettleAsync(await Stores.ClaimAsync());
        Assert.Equal("gone", (await Stores.Endpoints.GetAsync(endpoint.Id, CancellationToken.None))!.DisabledReason);
    }

    [Fact]
    public async Task A_release_in_an_open_transaction_keeps_its_event_from_being_claimed_and_the_patch_is_sent()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.EnqueueAsync(Some.Event() with { Subject = "call_1", Holds = [new WebhookHold("recording", TimeSpan.FromMinutes(1))] });
        await Fixture.AdvanceAsync(TimeSpan.FromMinutes(2));
        await using var caller = await Fixture.BeginAsync(Stores);
        var release = new HoldRelease { Subject = "call_1", Artifact = "recording", Patch = _ => """{"recording":true}"""u8.ToArray() };
        Assert.Equal(ArtifactOutcome.Released, await caller.ReleaseAsync(release));

        Assert.Empty(await Stores.ClaimAsync().WaitAsync(Some.Patience));
        await caller.CommitAsync();

        Assert.Equal("""{"recording":true}"""u8.ToArray(), Assert.Single(await Stores.ClaimAsync()).Data.ToArray());
    }

    [Fact]
    public async Task Eight_enqueuers_and_two_dispatchers_keep_every_key_in_order_and_leave_nothing()
    {
        const int PerEnqueuer = 100;
        await Stores.PutAsync(Some.Endpoint());
        await Stores.PutAsync(Some.Endpoint());
        OutboxStores[] instances = [Stores, await Fixture.OpenAnotherAsync()];
        var keyOf = new ConcurrentDictionary<string, string>();
        var lastSent = new ConcurrentDictionary<(string Endpoint, string Key), long>();
        var onTheWire = new ConcurrentDictionary<(string Endpoint, string Key), byte>();
        var sent = 0;
        var expected = 0;
        var enqueued = new TaskCompletionSource();

        async Task EnqueueAsync(int enqueuer)
        {
            await using var connection = await Fixture.OpenAsync();
            for (var i = 0; i < PerEnqueuer; i++)
            {
                var key = ((enqueuer + (i * 7)) % 3).ToString(CultureInfo.InvariantCulture);
                var newEvent = Some.Event(key);
                keyOf[newEvent.Id] = key;
                await using var transaction = await connection.BeginTransactionAsync(i % 10 == 9 ? IsolationLevel.RepeatableRead : IsolationLevel.ReadCommitted);
                await instances[enqueuer % 2].EnqueueAsync(newEvent, transaction);
                await connection.RunAsync("insert into calls values ($1)", [Sql.Text(newEvent.Id)], CancellationToken.None);
                if (i % 5 == 4)
                {
                    await transaction.RollbackAsync();
                    continue;
                }

                await transaction.CommitAsync();
                Interlocked.Add(ref expected, 2);
            }
        }

        async Task DispatchAsync(int dispatcher)
        {
            while (!enqueued.Task.IsCompleted || Volatile.Read(ref sent) < Volatile.Read(ref expected))
            {
                var claimed = await instances[dispatcher].ClaimAsync($"owner-{dispatcher.ToString(CultureInfo.InvariantCulture)}", limit: 5);
                foreach (var delivery in claimed)
                {
                    var lane = (delivery.Endpoint.Id, keyOf[delivery.EventId]);
                    Assert.True(onTheWire.TryAdd(lane, 0), $"Two of {lane} on the wire.");
                    lastSent.AddOrUpdate(lane, delivery.Key, (_, last) => last < delivery.Key ? delivery.Key : throw new InvalidOperationException($"{delivery.Key} of {lane} after {last}."));
                }

                foreach (var delivery in claimed)
                {
                    onTheWire.TryRemove((delivery.Endpoint.Id, keyOf[delivery.EventId]), out _);
                }

                Assert.All(await instances[dispatcher].SettleAsync(claimed), Assert.True);
                Interlocked.Add(ref sent, claimed.Count);
            }
        }

        var dispatching = Task.WhenAll(Task.Run(() => DispatchAsync(0)), Task.Run(() => DispatchAsync(1)));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(enqueuer => Task.Run(() => EnqueueAsync(enqueuer))));
        enqueued.SetResult();
        await dispatching.WaitAsync(Some.Patience);

        Assert.Equal(8 * PerEnqueuer * 4 / 5 * 2, sent);
    }
}
