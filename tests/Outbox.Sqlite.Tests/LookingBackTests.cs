using Outbox.Deliveries;

namespace Outbox.Sqlite.Tests;

/// <summary>Filters that no index helps, on more deliveries than are looked through at once.</summary>
public sealed class LookingBackTests(LookingBackTests.Full full) : IClassFixture<LookingBackTests.Full>
{
    [Fact]
    public async Task What_lies_further_back_than_one_look_is_found_by_its_cursor_and_a_count_says_that_there_may_be_more()
    {
        var failed = new DeliveryFilter { EventType = "call.failed" };

        var (found, pages) = await FindAsync(failed, limit: 1);
        var count = await new SqliteInspectionStore(full.Stores.Database).CountAsync(failed, 10_000, CancellationToken.None);

        Assert.Equal([full.Newest, full.Oldest], found);
        Assert.True(pages > 2, $"There were {pages} pages.");
        Assert.Equal((1, true), (count.Count, count.Capped));
    }

    [Fact]
    public async Task What_an_index_finds_takes_no_second_look_however_old_it_is()
    {
        full.Database.Scalar("UPDATE outbox_delivery SET last_error = 'timeout', last_status_code = 503 WHERE key = 1");

        Assert.Equal([full.Oldest], (await FindAsync(new() { LastError = "timeout" }, limit: 10, most: 1)).Found);
        Assert.Equal([full.Oldest], (await FindAsync(new() { LastStatusCode = 503, EventType = "call.failed" }, limit: 10, most: 1)).Found);
        Assert.Empty((await FindAsync(new() { LastStatusCode = 418 }, limit: 10, most: 1)).Found);
    }

    [Fact]
    public async Task A_replay_reaches_what_lies_behind_many_that_do_not_match()
    {
        var (replayed, cursor, calls) = (0, (string?)null, 0);
        do
        {
            var batch = await full.Stores.Deliveries.ReplayAsync(null, new() { Status = DeliveryStatus.Delivered, EventType = "call.failed" }, 500, cursor, CancellationToken.None);
            (replayed, cursor, calls) = (replayed + batch.Replayed, batch.NextCursor, calls + 1);
        }
        while (cursor is not null);

        Assert.Equal(2, replayed);
        Assert.True(calls > 5, $"It took {calls} calls.");
    }

    private async Task<(IReadOnlyList<string> Found, int Pages)> FindAsync(DeliveryFilter filter, int limit, int most = 100)
    {
        var (found, cursor, pages) = (new List<string>(), (string?)null, 0);
        do
        {
            var page = await full.Stores.Deliveries.ListAsync(filter, limit, cursor, CancellationToken.None);
            found.AddRange(page.Deliveries.Select(delivery => delivery.Id));
            (cursor, pages) = (page.NextCursor, pages + 1);
        }
        while (cursor is not null && pages < most);
        Assert.Null(cursor);
        return (found, pages);
    }

    /// <summary>Many deliveries, of which the oldest and the newest alone are of another type.</summary>
    public sealed class Full : IAsyncLifetime
    {
        private const int Many = 600_000;

        internal DatabaseFixture Database { get; } = new();

        internal Stores Stores { get; private set; } = null!;

        internal string Oldest { get; private set; } = "";

        internal string Newest { get; private set; } = "";

        public async Task InitializeAsync()
        {
            Stores = await Database.OpenAsync();
            await Stores.PutAsync(Some.Endpoint());
            Oldest = (await Stores.EnqueueAsync(Some.Event() with { Type = "call.failed" })).DeliveryIds[0];
            Database.Scalar(
                $"""
                PRAGMA synchronous = OFF;
                WITH RECURSIVE n(i) AS (VALUES (2) UNION ALL SELECT i + 1 FROM n WHERE i < {Many})
                INSERT INTO outbox_delivery (key, id, event_key, endpoint_key, type, status, gate, due_at, enqueued_at, closed_at, ship_transcript, profile)
                SELECT i, 'dlv_' || i, 1, 1, 'call.ended', 2, 0, 0, 0, 0, 1, 'standard' FROM n;
                """);
            Newest = (await Stores.EnqueueAsync(Some.Event() with { Type = "call.failed" })).DeliveryIds[0];
            Database.Scalar("UPDATE outbox_delivery SET status = 2, closed_at = 0 WHERE type = 'call.failed'");
        }

        public Task DisposeAsync()
        {
            Database.Dispose();
            return Task.CompletedTask;
        }
    }
}
