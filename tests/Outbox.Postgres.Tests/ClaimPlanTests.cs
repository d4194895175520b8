using Npgsql;
using Outbox.ProviderContract;

namespace Outbox.Postgres.Tests;

/// <summary>What a claim reads when the planner's statistics mislead it: after hours in which all was delivered at once, or before a large backlog.</summary>
public sealed class ClaimPlanTests : PostgresTest
{
    private const int Many = 40_000;

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

    [Fact]
    public async Task A_claim_before_a_large_backlog_reads_what_it_takes_and_not_the_table()
    {
        await Stores.PutAsync(Some.Endpoint());
        await using var connection = await Fixture.OpenAsync();
        await FillAsync(connection, status: 0);
        await RunAsync(connection, "analyze");
        var before = await ReadAsync(connection);

        Assert.Equal(30, await ClaimAsync());

        await ScannedAsync(connection, "outbox_delivery_lane");
        Assert.InRange(await ReadAsync(connection) - before, 30, 300);
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

    private static async Task<long> ReadAsync(NpgsqlConnection connection)
    {
        var read = await connection.ReadAsync(
            "select sum(idx_tup_read)::bigint from pg_stat_user_indexes where schemaname = current_schema() and relname = 'outbox_delivery'",
            [],
            row => row.GetInt64(0),
            CancellationToken.None);
        return read[0];
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
            from e join lateral (select key from outbox_endpoint order by key offset e.key % (select count(*) from outbox_endpoint) limit 1) p on true
            """);

    private static async Task RunAsync(NpgsqlConnection connection, string statement) =>
        await connection.RunAsync(statement, [], CancellationToken.None);
}
