using Microsoft.Data.Sqlite;
using Outbox.Storage;

namespace Outbox.Sqlite;

/// <summary>
/// The database file: one connection that writes, kept open and used by one caller at a time, and pooled ones that read beside it. Within
/// the process writers thereby queue on a lock that wakes them in turn, instead of polling SQLite's.
/// </summary>
internal sealed class SqliteDatabase(SqliteSource source, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private SqliteConnection? _writer;
    private SqliteSession? _session;
    private bool _isDisposed;

    public SqliteStoreOptions Options => source.Options;

    public TimeProvider Clock => clock;

    /// <summary>The file that the connection string names, for messages.</summary>
    public string DataSource => source.ConnectionString.DataSource;

    /// <summary>The file's canonical path. Known once the database was opened.</summary>
    public string? Path { get; private set; }

    /// <summary>The callers' own transactions on it.</summary>
    public SqliteCallers Callers => field ??= new SqliteCallers(this);

    /// <summary>The time by the store's clock, in Unix milliseconds.</summary>
    public long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Does the work in one transaction on the writing connection.</summary>
    public ValueTask<T> WriteAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken) =>
        UseWriterAsync(session => session.Transact(work), cancellationToken);

    /// <summary>
    /// Does the work on the writing connection; transactions are the work's own business. Where another connection has the write lock the work
    /// is done again from its beginning: a transaction gets the lock before it does anything, or fails.
    /// </summary>
    public async ValueTask<T> UseWriterAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            var wait = new LockWait(Options.LockTimeout);
            while (true)
            {
                try
                {
                    ObjectDisposedException.ThrowIf(_isDisposed, this);
                    return work(_session ??= OpenWriter());
                }
                catch (SqliteException e) when (wait.IsWorth(e))
                {
                    await wait.PauseAsync(cancellationToken);
                }
            }
        }
        catch (SqliteException e)
        {
            if (SqliteFailure.LeavesConnectionInDoubt(e))
            {
                CloseWriter();
            }

            throw SqliteFailure.Explain(e, this);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Does the work on a connection of its own, which sees one snapshot and keeps no writer waiting.</summary>
    public T Read<T>(Func<SqliteSession, T> work)
    {
        try
        {
            using var connection = Connect(pooling: true);
            using var session = new SqliteSession(connection.Handle!);
            session.WaitForLocks(Options.LockTimeout);
            session.RunOnce("BEGIN");
            try
            {
                return work(session);
            }
            finally
            {
                // After an error of the disk SQLite has rolled back by itself, and a second time would be an error that hides the first.
                if (session.InTransaction)
                {
                    session.RunOnce("ROLLBACK");
                }
            }
        }
        catch (SqliteException e)
        {
            throw SqliteFailure.Explain(e, this);
        }
    }

    /// <summary>Closes the writing connection, once whoever has it is done.</summary>
    public void Dispose()
    {
        _writing.Wait();
        _isDisposed = true;
        CloseWriter();
        _writing.Release();
    }

    private SqliteSession OpenWriter()
    {
        _writer = Connect(pooling: false);
        Path = DatabasePath.Canonical(_writer.DataSource);
        var session = new SqliteSession(_writer.Handle!);
        try
        {
            session.WaitForLocks(TimeSpan.Zero);
            UseWriteAheadLog(session);
            session.RunOnce($"PRAGMA synchronous = {(int)Options.Synchronous}");
            session.RunOnce("PRAGMA temp_store = MEMORY");
            session.RunOnce("PRAGMA cache_size = -8000"); // KiB

            // Pages; SQLite's default is 1000. A backlog drains a twentieth faster when what many batches touch is copied back once.
            session.RunOnce("PRAGMA wal_autocheckpoint = 4000");
            return session;
        }
        catch
        {
            session.Dispose();
            CloseWriter();
            throw;
        }
    }

    /// <summary>Kept by the file from then on. Without it readers and the writer would keep each other out.</summary>
    private void UseWriteAheadLog(SqliteSession session)
    {
        using var mode = session.Prepare("PRAGMA journal_mode = WAL");
        mode.Step();
        var chosen = mode.Text(0);
        if (!string.Equals(chosen, "wal", StringComparison.OrdinalIgnoreCase))
        {
            throw new OutboxStoreException(
                $"The database '{DataSource}' stays in journal mode '{chosen}' where the outbox needs WAL. Keep the file on a local disk: network file systems lack what WAL needs.");
        }
    }

    private void CloseWriter()
    {
        _session?.Dispose();
        _session = null;
        _writer?.Dispose();
        _writer = null;
    }

    private SqliteConnection Connect(bool pooling)
    {
        var connectionString = new SqliteConnectionStringBuilder(source.ConnectionString.ConnectionString) { Pooling = pooling };
        if (Options.SchemaMode != SchemaMode.CreateAndMigrate && connectionString.Mode == SqliteOpenMode.ReadWriteCreate)
        {
            connectionString.Mode = SqliteOpenMode.ReadWrite;
        }

        var connection = new SqliteConnection(connectionString.ConnectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
