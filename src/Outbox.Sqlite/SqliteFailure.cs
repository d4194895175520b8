using Microsoft.Data.Sqlite;
using Outbox.Storage;
using static SQLitePCL.raw;

namespace Outbox.Sqlite;

/// <summary>What SQLite's errors mean for whoever has to cure them.</summary>
internal static class SqliteFailure
{
    /// <summary>Whether the connection had better be opened again: all but a busy, full or constraint error, after which SQLite promises order.</summary>
    public static bool LeavesConnectionInDoubt(SqliteException failure) =>
        failure.SqliteErrorCode is not (SQLITE_BUSY or SQLITE_LOCKED or SQLITE_CONSTRAINT or SQLITE_FULL or SQLITE_INTERRUPT);

    public static Exception Explain(SqliteException failure, SqliteDatabase database)
    {
        var file = database.DataSource;
        return failure.SqliteErrorCode switch
        {
            SQLITE_BUSY or SQLITE_LOCKED => Transient(
                $"The database '{file}' was locked by another connection for {database.Options.LockTimeout}. " +
                "Look for a transaction that is kept open too long; a backup or an editor may hold it too."),
            SQLITE_FULL => Transient($"The disk of the database '{file}' is full, or its max_page_count is reached. Free some space: the outbox goes on by itself."),
            SQLITE_IOERR => Transient($"Reading or writing the database '{file}' failed: {failure.Message} Look after its disk: the outbox goes on by itself."),
            SQLITE_READONLY or SQLITE_PERM => Lasting(
                $"The database '{file}' cannot be written. Give this process the right to write the file and its folder, where SQLite keeps the files '-wal' and '-shm' beside it."),
            SQLITE_CANTOPEN => Lasting(CannotOpen(file, database.Options.SchemaMode)),
            SQLITE_NOTADB or SQLITE_CORRUPT => Lasting(
                $"The file '{file}' is not a SQLite database, is damaged, or is encrypted with another password. Check the path, or restore it from a backup."),
            SQLITE_ERROR when failure.Message.Contains("no such table: outbox_", StringComparison.Ordinal) => Lasting(
                $"The database '{file}' lacks the outbox's tables. Run the script that IOutboxStore.SchemaScript has, or choose {nameof(SchemaMode)}.{nameof(SchemaMode.CreateAndMigrate)}."),
            _ => failure,
        };

        OutboxStoreException Transient(string message) => new(message, failure, isTransient: true);
        OutboxStoreException Lasting(string message) => new(message, failure);
    }

    private static string CannotOpen(string file, SchemaMode schema)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file));
        if (folder is not null && !Directory.Exists(folder))
        {
            return $"The folder '{folder}' of the database '{file}' does not exist. Make it before the host starts: SQLite makes files, not folders.";
        }

        return Directory.Exists(file)
            ? $"'{file}' is a folder. Name a file in it: 'Data Source={Path.Combine(file, "calls.db")}'."
            : File.Exists(file) || schema == SchemaMode.CreateAndMigrate
                ? $"The database '{file}' cannot be opened. Give this process the right to read and write the file and its folder."
                : $"The database '{file}' does not exist, and {nameof(SchemaMode)}.{schema} does not make it. Make it first, or choose {nameof(SchemaMode)}.{nameof(SchemaMode.CreateAndMigrate)}.";
    }
}
