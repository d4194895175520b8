using System.Data.Common;
using Outbox.Storage;

namespace Outbox.ProviderContract;

/// <summary>
/// What the contract needs to know of a store: how to get an empty database, an instance on it, a connection to it, and how to move its
/// clock. Each case makes a fixture of its own and disposes it; declare what the store can do with <see cref="StoreCapabilitiesAttribute"/>.
/// </summary>
public abstract class StoreFixture : IAsyncDisposable
{
    /// <summary>The clock to give to a store that takes a <see cref="TimeProvider"/>. It stands still until a case moves it.</summary>
    public ManualClock Clock { get; } = new();

    /// <summary>Makes a new database without the outbox's tables; the other members are about it from now on.</summary>
    public abstract ValueTask CreateDatabaseAsync();

    /// <summary>A new instance on the database, as another process would have it; not opened yet.</summary>
    public abstract ValueTask<OutboxStores> ConnectAsync(SchemaMode schemaMode);

    /// <summary>A new open connection to the database, as the host has its own. Its unqualified table names are those of the outbox's schema.</summary>
    public virtual ValueTask<DbConnection> OpenConnectionAsync() =>
        throw new NotSupportedException($"{GetType().Name} declares a capability that needs OpenConnectionAsync, and does not override it.");

    /// <summary>
    /// Moves the store's clock, backwards where <paramref name="by"/> is negative. A store that goes by its database's clock overrides this
    /// and <see cref="NowAsync"/>; that clock may run on by itself, for the cases leave a minute of slack.
    /// </summary>
    public virtual ValueTask AdvanceAsync(TimeSpan by)
    {
        Clock.Advance(by);
        return ValueTask.CompletedTask;
    }

    /// <summary>What the store's clock says.</summary>
    public virtual ValueTask<DateTimeOffset> NowAsync() => new(Clock.GetUtcNow());

    /// <summary>Runs the store's schema script, as whoever owns the database does.</summary>
    public virtual async ValueTask RunScriptAsync(string script)
    {
        await using var connection = await OpenConnectionAsync();
        await connection.RunAsync(script);
    }

    /// <summary>Makes the outbox's tables look like those of a later version of the store.</summary>
    public virtual async ValueTask MakeSchemaNewerAsync()
    {
        await using var connection = await OpenConnectionAsync();
        await connection.RunAsync("update outbox_schema set version = version + 1");
    }

    /// <summary>Closes the instances that were handed out and drops the databases.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>A new empty database with an opened instance, and beside the outbox's tables a table of the host's own: <c>calls (id)</c>.</summary>
    public async ValueTask<OutboxStores> CreateAsync()
    {
        await CreateDatabaseAsync();
        var stores = await OpenAnotherAsync();
        if (Has(StoreCapabilities.CallerTransactions))
        {
            await CreateCallsAsync();
        }

        return stores;
    }

    /// <summary>Another opened instance on the same database.</summary>
    public async ValueTask<OutboxStores> OpenAnotherAsync()
    {
        var stores = await ConnectAsync(SchemaMode.CreateAndMigrate);
        await stores.Outbox.OpenAsync(CancellationToken.None);
        return stores;
    }

    /// <summary>Begins a transaction as the host would, in which <paramref name="stores"/> take part.</summary>
    public virtual async ValueTask<CallerTransaction> BeginAsync(OutboxStores stores)
    {
        var connection = await OpenConnectionAsync();
        return new DbCallerTransaction(stores, connection, await connection.BeginTransactionAsync());
    }

    /// <summary>How many rows of the host's own are committed.</summary>
    public virtual async ValueTask<long> CountCallsAsync()
    {
        await using var connection = await OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "select count(*) from calls";
        return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Makes the table of the host's own: <c>calls (id)</c>.</summary>
    protected virtual async ValueTask CreateCallsAsync()
    {
        await using var connection = await OpenConnectionAsync();
        await connection.RunAsync("create table calls (id varchar(100) primary key)");
    }

    internal bool Has(StoreCapabilities capability) =>
        (Attribute.GetCustomAttribute(GetType(), typeof(StoreCapabilitiesAttribute)) as StoreCapabilitiesAttribute)?.Capabilities.HasFlag(capability)
        ?? StoreCapabilities.Full.HasFlag(capability);
}
