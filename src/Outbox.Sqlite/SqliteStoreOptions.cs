using Outbox.Storage;

namespace Outbox.Sqlite;

/// <summary>The settings of the SQLite store.</summary>
public sealed class SqliteStoreOptions
{
    /// <summary>What the store does about its tables when it opens. Default: <see cref="SchemaMode.CreateAndMigrate"/>.</summary>
    public SchemaMode SchemaMode { get; set; } = SchemaMode.CreateAndMigrate;

    /// <summary>
    /// How the outbox's own connection writes to the disk. Default: <see cref="SqliteSynchronous.Normal"/>. What your own transactions, with
    /// the events enqueued in them, survive is decided by <c>PRAGMA synchronous</c> on your own connection (SQLite's default there is FULL).
    /// </summary>
    public SqliteSynchronous Synchronous { get; set; } = SqliteSynchronous.Normal;

    /// <summary>
    /// How long a write waits while another connection has the database's one write lock, before it fails as a transient error.
    /// 1 millisecond to 10 minutes. Default: 5 seconds.
    /// </summary>
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether a connection that enqueues, and has no busy timeout of its own, is given one (<c>PRAGMA busy_timeout</c>,
    /// <see cref="LockTimeout"/> long). Without it Microsoft.Data.Sqlite polls a busy database every 150 milliseconds, and a transaction that
    /// meets the dispatcher's for a fraction of a millisecond loses as much. Default: true.
    /// </summary>
    public bool GiveCallersBusyTimeout { get; set; } = true;

    /// <summary>
    /// The DDL that makes the tables, for migrations of your own: <c>migrationBuilder.Sql(SqliteStoreOptions.SchemaScript)</c>, with
    /// <see cref="SchemaMode.ValidateOnly"/>. The same as <see cref="IOutboxStore.SchemaScript"/>.
    /// </summary>
    public static string SchemaScript => SqliteSchema.Script;
}

/// <summary>What a commit of the outbox's own connection survives. None of them can corrupt the database.</summary>
public enum SqliteSynchronous
{
    /// <summary>
    /// A commit survives the death of the process. After a power cut or a crash of the operating system the last commits may be undone: a
    /// delivery that was settled just before is then sent once more, under the same id, and an event enqueued in a transaction of the
    /// outbox's own may be missing.
    /// </summary>
    Normal = 1,

    /// <summary>A commit survives a power cut too: the disk is waited for at each one, which costs from 0.1 to 10 milliseconds.</summary>
    Full = 2,
}
