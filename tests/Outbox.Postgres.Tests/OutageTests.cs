using Npgsql;
using Outbox.Deliveries;
using Outbox.ProviderContract;
using Outbox.Storage;

namespace Outbox.Postgres.Tests;

/// <summary>Cut connections and a server that dies: transient errors while it lasts, and no restart of the host after.</summary>
public sealed class OutageTests : PostgresTest
{
    [Fact]
    public async Task The_kept_connections_are_replaced_after_they_were_cut()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.EnqueueAsync(Some.Event());
        await Stores.EnqueueAsync(Some.Event());
        var claimed = await Stores.ClaimAsync(limit: 1);
        await Stores.SettleAsync([claimed[0] with { LeaseToken = 99 }]);
        await using var connection = await Fixture.OpenAsync();
        Assert.InRange(await CutAsync(connection, "commit%") + await CutAsync(connection, "with named as%"), 2, int.MaxValue);

        var claim = await Assert.ThrowsAsync<OutboxStoreException>(() => Stores.ClaimAsync());
        var settle = await Assert.ThrowsAsync<OutboxStoreException>(() => Stores.SettleAsync(claimed));

        Assert.True(claim.IsTransient && settle.IsTransient);
        Assert.Equal([true], await Stores.SettleAsync(claimed));
        Assert.Equal([true], await Stores.SettleAsync(await Stores.ClaimAsync()));
    }

    [Fact]
    public async Task A_server_that_is_killed_and_started_again_costs_no_delivery_and_no_restart()
    {
        using var server = PostgresServer.Start();
        await using var dataSource = NpgsqlDataSource.Create(server.ConnectionString);
        await using var other = new PostgresFixture();
        var stores = other.Connect(dataSource: dataSource);
        await stores.Outbox.OpenAsync(CancellationToken.None);
        await stores.PutAsync(Some.Endpoint());
        for (var i = 0; i < 10; i++)
        {
            await stores.EnqueueAsync(Some.Event());
        }

        var claimed = await stores.ClaimAsync(limit: 4);
        var change = stores.Outbox.WaitForChangeAsync(CancellationToken.None);
        await change.WaitAsync(Some.Patience);
        change = stores.Outbox.WaitForChangeAsync(CancellationToken.None);

        server.Kill();
        await AssertAwayAsync(() => stores.ClaimAsync());
        await AssertAwayAsync(() => stores.SettleAsync(claimed));
        await AssertAwayAsync(() => stores.EnqueueAsync(Some.Event()));
        await AssertAwayAsync(async () => await stores.Deliveries.ListAsync(new(), 10, null, CancellationToken.None));
        await AssertAwayAsync(async () => await stores.Outbox.OpenAsync(CancellationToken.None));
        server.StartAgain();

        await change.WaitAsync(Some.Patience);
        Assert.All(await stores.SettleAsync(claimed), Assert.True);
        Assert.All(await stores.SettleAsync(await stores.ClaimAsync()), Assert.True);
        var delivered = await stores.Deliveries.ListAsync(new() { Status = DeliveryStatus.Delivered }, 100, null, CancellationToken.None);
        Assert.Equal(10, delivered.Deliveries.Count);
    }

    private static async Task AssertAwayAsync(Func<Task> call) =>
        Assert.True((await Assert.ThrowsAsync<OutboxStoreException>(call)).IsTransient);
}
