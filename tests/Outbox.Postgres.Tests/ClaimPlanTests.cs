using Npgsql;
using Outbox.ProviderContract;

namespace Outbox.Postgres.Tests;

/// <summary>Which index a claim reads, when the planner knows nothing of what waits: as after hours in which all was delivered at once.</summary>
public sealed class ClaimPlanTests : PostgresTest
{
    private const int Many = 20_000;

    [Fact]
    public async Task A_claim_reads_the_index_of_the_lanes_also_where_another_looks_cheaper()
    {
        for (var i = 0; i < 3; i++)
        {
            await Stores.PutAsync(Some.Endpoint());
        }

        await using var connection = await Fixture.OpenAsync();
        await FillAsync(connection, status: 2);
        await RunAsync(connection, "analyze");
        await FillAsync(connection, status: 0);

        // The index of the lanes is the larger one, and both are said to be empty.
        await RunAsync(connection, "alter index outbox_delivery_lane set (fillfactor = 10)");
        await RunAsync(connection, "reindex index outbox_delivery_lane");
        await RunAsync(connection, "update pg_class set reltuples = 0 where relnamespace = current_schema()::regnamespace and relname in ('outbox_delivery_lane', 'outbox_delivery_status')");

        var claimed = await ClaimAsync();

        Assert.Equal(30, claimed);
        Assert.Equal(["outbox_delivery_lane"], await ScannedAsync(connection, "outbox_delivery_lane", "outbox_delivery_status"));
    }

    // The server adds up what a connection has scanned when it ends.
    private async Task<int> ClaimAsync()
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(PostgresServer.SharedConnectionString) { ApplicationName = Fixture.Schema, Pooling = false });
        var stores = Fixture.Connect(dataSource: source);
        var claimed = await stores.ClaimAsync(limit: 30);
        await CutAsync(Fixture.Schema);
        return claimed.Count;
    }

    private static async Task<List<string>> ScannedAsync(NpgsqlConnection connection, params string[] indexes)
    {
        using var patience = new CancellationTokenSource(Some.Patience);
        while (true)
        {
            var scanned = await connection.ReadAsync(
                "select indexrelname::text from pg_stat_user_indexes where schemaname = current_schema() and indexrelname = any($1) and idx_scan > 0",
                [Sql.Texts(indexes)],
                row => row.GetString(0),
                patience.Token);
            if (scanned.Count > 0)
            {
                return scanned;
            }
        }
    }

    private static async Task FillAsync(NpgsqlConnection connection, int status) =>
        await RunAsync(
            connection,
            $"""
            with e as (
              insert into outbox_event (id, type, scopes, occurred_at, enqueued_at, data)
              select 'evt_{status}' || lpad(i::text, 20, '0'), 'call.ended', array['all'], now(), now(), '{"{}"}' from generate_series(1, {Many}) i
              returning key)
            insert into outbox_delivery (event_key, endpoint_key, status, gate, due_at, enqueued_at, closed_at, ship_transcript, profile)
            select e.key, p.key, {status}, 0, now(), now(), case when {status} = 2 then now() end, true, 'standard'
            from e join lateral (select key from outbox_endpoint order by key offset e.key % 3 limit 1) p on true
            """);

    private static async Task RunAsync(NpgsqlConnection connection, string statement) =>
        await connection.RunAsync(statement, [], CancellationToken.None);
}
