using Npgsql;

namespace Outbox.Postgres;

/// <summary>
/// A connection that is kept, so that its statements stay prepared; one caller at a time. After any failure it is given up: the next
/// caller gets a new one, and nothing half-done survives.
/// </summary>
internal sealed class PostgresSession(PostgresDatabase database) : IAsyncDisposable, IDisposable
{
    // The queue's plans must be the index plans whatever the statistics say: the tables are empty at one moment and hold a backlog of a
    // million at the next, long before the next ANALYZE. Without sorts a lane is read from the lanes' index, which has its order: beside five
    // million delivered rows the planner took any small index for as good, and a claim read and sorted all that waits for each lane, 100 ms.
    // READ COMMITTED because each statement must see what was committed before it.
    private const string Settings =
        """
        set default_transaction_isolation = 'read committed'; set enable_seqscan = off; set enable_bitmapscan = off; set enable_sort = off; set jit = off;
        set plan_cache_mode = 'force_generic_plan'
        """;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private NpgsqlConnection? _connection;

    public async ValueTask<T> UseAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await work(_connection ??= await ConnectAsync(cancellationToken));
        }
        catch (Exception e)
        {
            await GiveUpAsync();
            if (PostgresFailure.Explain(e, database) is { } explained)
            {
                throw explained;
            }

            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await GiveUpAsync();
        _turn.Dispose();
    }

    public void Dispose()
    {
        _connection?.Dispose();
        _connection = null;
        _turn.Dispose();
    }

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand(Settings, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async ValueTask GiveUpAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }
}
