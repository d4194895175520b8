using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Outbox.Storage;
using static SQLitePCL.raw;

namespace Outbox.Sqlite;

/// <summary>
/// Works in the caller's own transaction: checks that it can be used, and keeps the outbox's statements prepared on the caller's connection
/// for as long as that is open.
/// </summary>
internal sealed class SqliteCallers(SqliteDatabase database)
{
    private readonly ConditionalWeakTable<SqliteConnection, Caller> _callers = [];

    /// <summary>Does the work in the caller's transaction or, where there is none, in one of the outbox's own.</summary>
    public ValueTask<T> WriteAsync<T>(DbTransaction? transaction, Func<SqliteSession, T> work, CancellationToken cancellationToken)
    {
        if (transaction is null)
        {
            return database.WriteAsync(work, cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Work(transaction, work));
    }

    private T Work<T>(DbTransaction transaction, Func<SqliteSession, T> work)
    {
        var (connection, session) = Join(transaction);
        try
        {
            try
            {
                return session.TakePart(work);
            }
            catch (SqliteException e) when (e.SqliteErrorCode == SQLITE_BUSY)
            {
                // A deferred transaction takes the write lock only now, and nothing was written yet.
                WaitForWriteLock(connection, (SqliteTransaction)transaction);
                return session.TakePart(work);
            }
        }
        catch (SqliteException e) when (e.SqliteExtendedErrorCode == SQLITE_BUSY_SNAPSHOT)
        {
            throw new OutboxStoreException(
                "The transaction began by reading, and another connection has written since: SQLite can no longer make it a writer, however long it waits. " +
                "Roll back and run it again, begun with BeginTransaction(), which takes the write lock at once, instead of BeginTransaction(deferred: true).",
                e,
                isTransient: true);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == SQLITE_ERROR)
        {
            throw SqliteFailure.Explain(e, database);
        }
    }

    private (SqliteConnection Connection, SqliteSession Session) Join(DbTransaction transaction)
    {
        if (transaction is not SqliteTransaction sqlite)
        {
            throw Refused(
                $"The transaction is a {transaction.GetType().FullName}, and the outbox is kept in SQLite. Pass a Microsoft.Data.Sqlite.SqliteTransaction; " +
                "a wrapper (a profiler's, or an ORM's) has the real one in a property, as EF Core's GetDbTransaction().");
        }

        if (sqlite.Connection is not { } connection)
        {
            throw Refused("The transaction is completed: it was committed, rolled back or disposed before. Enqueue before the commit.");
        }

        if (connection.State != ConnectionState.Open || connection.Handle is not { } handle)
        {
            throw Refused("The transaction's connection is closed. Keep it open until the commit.");
        }

        var caller = _callers.GetValue(connection, static connection => new Caller(connection));
        if (caller.Session is not { } session || !session.IsOn(handle))
        {
            RefuseOtherDatabase(connection);
            session = caller.Begin(handle);
            if (database.Options.GiveCallersBusyTimeout)
            {
                GiveBusyTimeout(session);
            }
        }

        // SQLite ends a transaction by itself after some failures, and what came after would be committed on its own.
        return session.InTransaction
            ? (connection, session)
            : throw Refused("The transaction is completed: SQLite rolled it back after an error. Roll back, and run it again.");
    }

    private void RefuseOtherDatabase(SqliteConnection connection)
    {
        var file = connection.DataSource;
        if (string.IsNullOrEmpty(file) || !DatabasePath.AreSame(DatabasePath.Canonical(file), database.Path))
        {
            var name = string.IsNullOrEmpty(file) ? "a database in memory" : $"the database '{file}'";
            throw Refused(
                $"The transaction is on {name}, and the outbox is in '{database.Path}'. Open both with the same connection string: one transaction spans one file.");
        }
    }

    // It stays with the native connection, and so with all that the pool makes of it.
    private void GiveBusyTimeout(SqliteSession session)
    {
        using var ask = session.Prepare("PRAGMA busy_timeout");
        if (ask.Step() && ask.Int64(0) == 0)
        {
            ask.Reset();
            session.RunOnce($"PRAGMA busy_timeout = {(long)database.Options.LockTimeout.TotalMilliseconds}");
        }
    }

    /// <summary>Waits as the caller's own commands would, by their timeout.</summary>
    private static void WaitForWriteLock(SqliteConnection connection, SqliteTransaction transaction)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "UPDATE outbox_schema SET version = version WHERE 0";
        command.ExecuteNonQuery();
    }

    private static WebhookValidationException Refused(string message) => new("transaction", message);

    /// <summary>What is kept for a caller's connection. It refers to the connection's native handle only, so that it keeps nothing alive.</summary>
    private sealed class Caller
    {
        public Caller(SqliteConnection connection) => connection.StateChange += (_, change) =>
        {
            // The handle of a closed connection goes back to the pool; one that is closed for good waits for its last statement.
            if (change.CurrentState == ConnectionState.Closed)
            {
                End();
            }
        };

        public SqliteSession? Session { get; private set; }

        public SqliteSession Begin(SQLitePCL.sqlite3 handle)
        {
            End();
            return Session = new SqliteSession(handle);
        }

        private void End()
        {
            Session?.Dispose();
            Session = null;
        }
    }
}
