using Microsoft.Data.Sqlite;
using SQLitePCL;
using static SQLitePCL.raw;

namespace Outbox.Sqlite;

/// <summary>An open connection with the statements that were prepared on it. Used by one thread at a time, as its connection is.</summary>
internal sealed class SqliteSession(sqlite3 handle) : IDisposable
{
    private static readonly Sql Begin = new("BEGIN IMMEDIATE");
    private static readonly Sql Commit = new("COMMIT");
    private static readonly Sql Rollback = new("ROLLBACK");
    private static readonly Sql SavePoint = new("SAVEPOINT outbox");
    private static readonly Sql RollbackTo = new("ROLLBACK TO outbox");
    private static readonly Sql Release = new("RELEASE outbox");

    private readonly Dictionary<Sql, Statement> _statements = [];

    public bool IsOn(sqlite3? other) => ReferenceEquals(handle, other) && !handle.IsClosed;

    public bool InTransaction => sqlite3_get_autocommit(handle) == 0;

    public long LastInsertKey => sqlite3_last_insert_rowid(handle);

    /// <summary>Lets SQLite itself wait for locks, in steps that begin at a millisecond.</summary>
    public void WaitForLocks(TimeSpan atMost) => _ = sqlite3_busy_timeout(handle, (int)atMost.TotalMilliseconds);

    /// <summary>The statement, ready for its parameters; prepared at its first use.</summary>
    public Statement Use(Sql sql)
    {
        if (_statements.TryGetValue(sql, out var statement))
        {
            statement.Reset();
            return statement;
        }

        statement = new Statement(handle, sql);
        _statements.Add(sql, statement);
        return statement;
    }

    /// <summary>A statement that is needed once; the caller disposes it.</summary>
    public Statement Prepare(string sql) => new(handle, new Sql(sql));

    /// <summary>Runs a statement that is needed once.</summary>
    public void RunOnce(string sql)
    {
        using var statement = Prepare(sql);
        statement.Run();
    }

    /// <summary>
    /// Does the work in a transaction that holds the write lock from the start: one that began by reading could not become a writer once
    /// another process has committed, however long it waited.
    /// </summary>
    public T Transact<T>(Func<SqliteSession, T> work)
    {
        Use(Begin).Run();
        try
        {
            var result = work(this);
            Use(Commit).Run();
            return result;
        }
        catch
        {
            Abandon();
            throw;
        }
    }

    /// <summary>
    /// Does the work in a transaction that is not ours, whole or not at all: whoever catches its error and commits must not commit half an event.
    /// </summary>
    public T TakePart<T>(Func<SqliteSession, T> work)
    {
        if (!TryMakeSavePoint())
        {
            return work(this);
        }

        try
        {
            var result = work(this);
            Use(Release).Run();
            return result;
        }
        catch
        {
            ResetAll();
            if (InTransaction)
            {
                Use(RollbackTo).Run();
                Use(Release).Run();
            }

            throw;
        }
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        _statements.Clear();
    }

    private void Abandon()
    {
        ResetAll();

        // SQLite has rolled back by itself after some failures, such as a full disk.
        if (InTransaction)
        {
            Use(Rollback).Run();
        }
    }

    // SQLite makes none while a statement of the caller's that writes, such as INSERT … RETURNING, is still being read.
    private bool TryMakeSavePoint()
    {
        try
        {
            Use(SavePoint).Run();
            return true;
        }
        catch (SqliteException e) when (e.SqliteErrorCode == SQLITE_BUSY)
        {
            return false;
        }
    }

    private void ResetAll()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Reset();
        }
    }
}
