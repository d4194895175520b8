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
        await using var dataSource = NpgsqlDataSource.Create($"{PostgresServer.SharedConnectionString};Application Name={Fixture.Schema}");
        var stores = Fixture.Connect(dataSource: dataSource);
        await stores.PutAsync(Some.Endpoint());
        await stores.EnqueueAsync(Some.Event());
        await stores.EnqueueAsync(Some.Event());
        var claimed = await stores.ClaimAsync(limit: 1);
        await stores.SettleAsync([claimed[0] with { LeaseToken = 99 }]);
        Assert.InRange(await CutAsync(Fixture.Schema), 2, 3);

        await AssertAwayAsync(() => stores.ClaimAsync());
        await AssertAwayAsync(() => stores.SettleAsync(claimed));

        Assert.Equal([true], await stores.SettleAsync(claimed));
        Assert.Equal([true], await stores.SettleAsync(await stores.ClaimAsync()));
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

    [Theory]
    [InlineData("System.Threading.ManualResetEventSlim", true)]
    [InlineData("Npgsql.PoolingDataSource", false)]
    public void A_connection_that_broke_in_the_pool_is_an_outage_and_a_closed_data_source_is_not(string disposed, bool isOutage)
    {
        var explained = PostgresFailure.Explain(new ObjectDisposedException(disposed), Fixture.Database());

        Assert.Equal(isOutage, explained?.IsTransient is true);
    }

    [Theory]
    [InlineData(PostgresErrorCodes.DiskFull, true)]
    [InlineData(PostgresErrorCodes.TooManyConnections, true)]
    [InlineData(PostgresErrorCodes.ConnectionFailure, true)]
    [InlineData(PostgresErrorCodes.AdminShutdown, true)]
    [InlineData(PostgresErrorCodes.CannotConnectNow, true)]
    [InlineData(PostgresErrorCodes.ReadOnlySqlTransaction, true)]
    [InlineData(PostgresErrorCodes.SerializationFailure, true)]
    [InlineData(PostgresErrorCodes.DeadlockDetected, true)]
    [InlineData(PostgresErrorCodes.InsufficientPrivilege, false)]
    [InlineData(PostgresErrorCodes.InvalidPassword, false)]
    [InlineData(PostgresErrorCodes.UndefinedTable, false)]
    [InlineData(PostgresErrorCodes.UniqueViolation, false)]
    public void What_passes_by_itself_is_transient_and_what_somebody_must_mend_is_not(string state, bool isTransient)
    {
        var explained = PostgresFailure.Explain(new PostgresException("It failed", "ERROR", "ERROR", state), Fixture.Database());

        Assert.Equal(isTransient, explained?.IsTransient is true);
    }

    private static async Task AssertAwayAsync(Func<Task> call) =>
        Assert.True((await Assert.ThrowsAsync<OutboxStoreException>(call)).IsTransient);
}
