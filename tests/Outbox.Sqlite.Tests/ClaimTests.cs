using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Sqlite.Tests;

public sealed class ClaimTests : IDisposable
{
    private readonly DatabaseFixture _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task A_backlog_that_comes_due_at_once_without_room_keeps_nobody_else_waiting()
    {
        var stores = await _database.OpenAsync();
        var sick = await stores.PutAsync(Some.Endpoint() with { MaxInFlight = 1 });
        for (var i = 0; i < 2100; i++)
        {
            await stores.EnqueueAsync(Some.Event() with { Holds = [new WebhookHold("recording", TimeSpan.FromMinutes(1))] });
        }

        await stores.PutAsync(Some.Endpoint("call:call_1"));
        var healthy = await stores.EnqueueAsync(
            Some.Event() with { Scopes = ["call:call_1"], Holds = [new WebhookHold("recording", TimeSpan.FromMinutes(2))] });
        _database.Clock.Advance(TimeSpan.FromMinutes(3));

        var claimed = await stores.Outbox.ClaimAsync(
            Some.Claim() with { InFlight = new Dictionary<string, int>(StringComparer.Ordinal) { [sick.Id] = 1 } }, CancellationToken.None);

        Assert.Equal(healthy.DeliveryIds[0], Assert.Single(claimed.Deliveries).Id);
        Assert.True(claimed.More);
    }

    [Fact]
    public async Task Ordered_deliveries_go_one_after_another_and_an_exhausted_one_lets_the_next_go()
    {
        var stores = await _database.OpenAsync();
        await stores.PutAsync(Some.Endpoint());
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.AddRange((await stores.EnqueueAsync(Some.Event() with { OrderingKey = "call_1" })).DeliveryIds);
        }

        var sent = new List<string>();
        foreach (var end in new[] { DeliveryTransition.Delivered, DeliveryTransition.Exhausted, DeliveryTransition.Delivered })
        {
            var claimed = Assert.Single((await stores.ClaimAsync()).Deliveries);
            sent.Add(claimed.Id);
            await stores.SettleAsync(Some.Delivered(claimed) with { Transition = end });
        }

        Assert.Equal(ids, sent);
    }

    [Fact]
    public async Task A_delivery_that_only_queued_goes_at_once_even_where_the_clock_was_set_back()
    {
        var stores = await _database.OpenAsync();
        await stores.PutAsync(Some.Endpoint());
        await stores.EnqueueAsync(Some.Event() with { OrderingKey = "call_1" });
        var second = await stores.EnqueueAsync(Some.Event() with { OrderingKey = "call_1" });
        var first = Assert.Single((await stores.ClaimAsync()).Deliveries);

        _database.Clock.Advance(TimeSpan.FromDays(-365));
        await stores.SettleAsync(Some.Delivered(first));

        Assert.Equal(second.DeliveryIds[0], Assert.Single((await stores.ClaimAsync()).Deliveries).Id);
    }

    [Fact]
    public async Task A_lane_is_read_from_its_index_alone_and_nothing_is_sorted()
    {
        var stores = await _database.OpenAsync();

        var plan = await stores.Database.UseWriterAsync(
            session =>
            {
                using var rows = session.Prepare($"EXPLAIN QUERY PLAN {SqliteClaim.OldestOfLane}");
                var steps = new List<string>();
                while (rows.Step())
                {
                    steps.Add(rows.Text(3));
                }

                return steps;
            },
            CancellationToken.None);

        Assert.Contains("COVERING INDEX outbox_delivery_waiting (status=? AND gate=? AND endpoint_key=?)", Assert.Single(plan), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_and_data_of_any_length_come_back_as_they_were()
    {
        var stores = await _database.OpenAsync();
        await stores.PutAsync(Some.Endpoint() with { Secrets = ReadOnlyMemory<byte>.Empty, Url = "https://example.com/" + new string('ü', 2000) });
        var data = $$"""{"a":"{{new string('é', 100_000)}}😀"}""";
        await stores.EnqueueAsync(Some.Event(data) with { Headers = string.Empty, Tenant = "Zoë" });

        var claimed = Assert.Single((await stores.ClaimAsync()).Deliveries);

        Assert.Equal(data, System.Text.Encoding.UTF8.GetString(claimed.Data.Span));
        Assert.Equal((string.Empty, "Zoë", true), (claimed.Headers, claimed.Tenant, claimed.Endpoint.Secrets.IsEmpty));
        Assert.Equal(2020, claimed.Endpoint.Url.Length);
    }
}
