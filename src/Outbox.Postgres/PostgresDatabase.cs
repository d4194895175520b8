using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Outbox.Postgres;

/// <summary>
/// The database: pooled connections for what hosts call, and two kept ones for the dispatcher's claims and settlements. Whatever fails
/// is explained here, and a kept connection that failed is replaced at the next use.
/// </summary>
internal sealed class PostgresDatabase : IAsyncDisposable, IDisposable
{
    private readonly PostgresSource _source;
    private readonly Lazy<NpgsqlDataSource> _dataSource;

    public PostgresDatabase(PostgresSource source, PostgresStoreOptions options, TimeProvider clock, ILoggerFactory? loggers = null)
    {
        _source = source;
        _dataSource = new Lazy<NpgsqlDataSource>(source.Make);
        Options = options;
        Clock = clock;
        Log = new PostgresLog((ILogger?)loggers?.CreateLogger("Outbox.Postgres") ?? NullLogger.Instance, clock);
        Claiming = new PostgresSession(this);
        Settling = new PostgresSession(this);
        Waking = new PostgresWake(this);
        Ordering = new PostgresOrdering(this);
    }

    public PostgresStoreOptions Options { get; }

    /// <summary>For waits in this process. What is due, and what has run out, the database's clock alone decides.</summary>
    public TimeProvider Clock { get; }

    public PostgresLog Log { get; }

    /// <summary>The schema's name, quoted.</summary>
    public string Schema => $"\"{Options.Schema}\"";

    /// <summary>The database's name.</summary>
    public string Name => _source.Database;

    public NpgsqlDataSource DataSource => _dataSource.Value;

    public PostgresSession Claiming { get; }

    public PostgresSession Settling { get; }

    public PostgresWake Waking { get; }

    public PostgresOrdering Ordering { get; }

    /// <summary>Does the work on a pooled connection; a batch of statements there is one transaction.</summary>
    public async ValueTask<T> UseAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await DataSource.OpenConnectionAsync(cancellationToken);
            return await work(connection);
        }
        catch (Exception e)
        {
            if (PostgresFailure.Explain(e, this) is { } explained)
            {
                throw explained;
            }

            throw;
        }
    }

    /// <summary>Does the work on a pooled connection in one transaction, which is committed when the work is done.</summary>
    public ValueTask<T> TransactAsync<T>(Func<NpgsqlTransaction, Task<T>> work, CancellationToken cancellationToken) =>
        UseAsync(
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, cancellationToken);
                var result = await work(transaction);
                await transaction.CommitAsync(cancellationToken);
                return result;
            },
            cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Waking.DisposeAsync();
        await Claiming.DisposeAsync();
        await Settling.DisposeAsync();
        if (_source.IsOwned && _dataSource.IsValueCreated)
        {
            await _dataSource.Value.DisposeAsync();
        }
    }

    public void Dispose()
    {
        Waking.Stop();
        Claiming.Dispose();
        Settling.Dispose();
        if (_source.IsOwned && _dataSource.IsValueCreated)
        {
            _dataSource.Value.Dispose();
        }
    }
}
