using Npgsql;
using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Postgres.Tests;

/// <summary>What is PostgreSQL's own about leases: they are rows beside the delivery's, and a claim of several rounds is several transactions.</summary>
public sealed class LeaseTests : PostgresTest
{
    // A condition of an index counts too: one that names a lease makes each claim write all of the delivery's indexes.
    [Fact]
    public async Task No_index_of_the_deliveries_has_to_do_with_leases()
    {
        await using var connection = await Fixture.OpenAsync();

        var indexes = await connection.ReadAsync(
            "select indexdef from pg_indexes where schemaname = $1 and tablename = 'outbox_delivery' and indexdef ~ 'lease'",
            [Sql.Text(Fixture.Schema)],
            row => row.GetString(0),
            CancellationToken.None);

        Assert.Empty(indexes);
    }

    // A cancellation that waits for a claim's commit does not see the lease that the claim has added.
    [Fact]
    public async Task A_lease_that_a_cancellation_has_left_behind_is_not_in_force_and_goes_when_its_time_is_over()
    {
        await Stores.PutAsync(Some.Endpoint());
        var enqueued = await Stores.EnqueueAsync(Some.Event());
        await using var connection = await Fixture.OpenAsync();
        var cancelled = Assert.Single(await Stores.ClaimAsync());
        await RunAsync(connection, "create table kept as select * from outbox_lease");
        Assert.True(await Stores.Deliveries.CancelAsync(enqueued.DeliveryIds[0], "test", CancellationToken.None));
        await RunAsync(connection, "insert into outbox_lease select * from kept");

        Assert.Equal(0, (await Stores.Deliveries.CountBacklogAsync(CancellationToken.None)).Delivering);
        await Stores.Deliveries.ReplayAsync(enqueued.DeliveryIds[0], new DeliveryFilter(), 10, null, CancellationToken.None);
        var again = Assert.Single(await Stores.ClaimAsync());
        Assert.Equal(1, (await Stores.Deliveries.CountBacklogAsync(CancellationToken.None)).Delivering);
        await RunAsync(connection, "update outbox_lease set until = until - interval '1 hour' where (until, delivery_key) in (select until, delivery_key from kept)");
        Assert.Empty(await Stores.ClaimAsync("owner-2"));

        Assert.Equal([false], await Stores.SettleAsync([cancelled]));
        Assert.Equal([true], await Stores.SettleAsync([again]));
        Assert.Equal(0, await CountLeasesAsync(connection));
    }

    [Fact]
    public async Task What_ends_a_lease_takes_its_row_away()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.EnqueueAsync(Some.Event() with { Subject = "call_1" });
        var toCancel = await Stores.EnqueueAsync(Some.Event());
        await Stores.EnqueueAsync(Some.Event());
        await Stores.EnqueueAsync(Some.Event());
        await using var connection = await Fixture.OpenAsync();
        var claimed = await Stores.ClaimAsync();
        Assert.Equal(4, await CountLeasesAsync(connection));

        await Stores.Deliveries.EraseAsync("call_1", tenant: null, CancellationToken.None);
        await Stores.Deliveries.CancelAsync(toCancel.DeliveryIds[0], "test", CancellationToken.None);
        Assert.Equal([true], await Stores.SettleAsync([claimed[2]]));
        Assert.Equal([true], await Stores.SettleAsync([claimed[3]], DeliveryTransition.Interrupted(TimeSpan.Zero, "shutdown")));

        Assert.Equal(0, await CountLeasesAsync(connection));
    }

    [Fact]
    public async Task What_the_first_round_of_a_claim_took_is_handed_out_where_the_second_fails()
    {
        await Stores.PutAsync(Some.Endpoint() with { Scope = "a" });
        await Stores.PutAsync(Some.Endpoint() with { Scope = "b" });
        for (var i = 0; i < 10; i++)
        {
            await Stores.EnqueueAsync(Some.Event() with { Scopes = ["a"] });
        }

        await Stores.EnqueueAsync(Some.Event() with { Scopes = ["b"] });
        await using var connection = await Fixture.OpenAsync();
        await RunAsync(
            connection,
            $"""
            create function refuse() returns trigger language plpgsql as
              'begin if (select count(*) from "{Fixture.Schema}".outbox_lease) >= 3 then raise exception ''full''; end if; return new; end';
            create trigger refuse before insert on outbox_lease for each row execute function refuse()
            """);

        var claim = await Stores.Outbox.ClaimAsync(Request(limit: 4), CancellationToken.None);

        Assert.Equal(3, claim.Deliveries.Count);
        Assert.True(claim.More);
        Assert.Equal([true, true, true], await Stores.SettleAsync(claim.Deliveries));
        Assert.Equal(3, (await Stores.Outbox.ClaimAsync(Request(limit: 3), CancellationToken.None)).Deliveries.Count);
    }

    private static ClaimRequest Request(int limit) => new()
    {
        Owner = "owner-1",
        Limit = limit,
        LimitPerEndpoint = 100,
        InFlight = new Dictionary<string, int>(StringComparer.Ordinal),
        Lease = TimeSpan.FromMinutes(5),
    };

    private static async Task RunAsync(NpgsqlConnection connection, string statements) => await connection.RunAsync(statements, [], CancellationToken.None);

    private static async Task<long> CountLeasesAsync(NpgsqlConnection connection) =>
        (await connection.ReadAsync("select count(*) from outbox_lease", [], row => row.GetInt64(0), CancellationToken.None))[0];
}
