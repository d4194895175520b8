using Outbox.ProviderContract;

namespace Outbox.Postgres.Tests;

/// <summary>A test with a schema of its own and one opened store on it.</summary>
public abstract class PostgresTest : IAsyncLifetime
{
    protected PostgresFixture Fixture { get; } = new();

    protected OutboxStores Stores { get; private set; } = null!;

    public virtual async Task InitializeAsync() => Stores = await Fixture.CreateAsync();

    public virtual async Task DisposeAsync() => await Fixture.DisposeAsync();

    /// <summary>Ends the server's side of connections as an operator, a failover or a firewall would; gives how many there were.</summary>
    private protected async Task<int> CutAsync(string applicationName)
    {
        await using var connection = await Fixture.OpenAsync();
        var cut = await connection.ReadAsync(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1",
            [Sql.Text(applicationName)],
            row => row.GetBoolean(0),
            CancellationToken.None);
        return cut.Count;
    }
}
