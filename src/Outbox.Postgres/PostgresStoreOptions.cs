using Outbox.Storage;

namespace Outbox.Postgres;

/// <summary>The PostgreSQL store's settings.</summary>
public sealed class PostgresStoreOptions
{
    /// <summary>The schema that holds the outbox's tables: a plain lower-case name of at most 40 characters. Default: <c>outbox</c>.</summary>
    public string Schema { get; set; } = "outbox";

    /// <summary>What is done about the tables at start-up. Default: they are made and migrated, by one host while the others wait.</summary>
    public SchemaMode SchemaMode { get; set; } = SchemaMode.CreateAndMigrate;

    /// <summary>
    /// Tells other hosts of new work by LISTEN and NOTIFY, at most about ten times a second per process. False: they find it at their sweep.
    /// A host always knows of its own work at once. Needs a connection that keeps its session (not PgBouncer's transaction mode). Default: true.
    /// </summary>
    public bool Notify { get; set; } = true;

    /// <summary>
    /// Prepares the enqueue statements on the connection of your transaction, once per physical connection. False where a connection pooler
    /// without support for prepared statements stands between. Default: true.
    /// </summary>
    public bool PrepareStatements { get; set; } = true;

    /// <summary>
    /// The DDL that makes the tables in <see cref="Schema"/>, for migrations of your own: <c>migrationBuilder.Sql(new PostgresStoreOptions().SchemaScript)</c>,
    /// with <see cref="SchemaMode.ValidateOnly"/>. The same as <see cref="IOutboxStore.SchemaScript"/>.
    /// </summary>
    public string SchemaScript => PostgresSchema.ScriptFor(Schema);

    internal static void Validate(PostgresStoreOptions options)
    {
        if (string.IsNullOrEmpty(options.Schema)
            || options.Schema.Length > 40
            || !(options.Schema[0] is '_' or (>= 'a' and <= 'z'))
            || !options.Schema.All(c => c is '_' or (>= 'a' and <= 'z') or (>= '0' and <= '9')))
        {
            throw new ArgumentException(
                $"PostgresStoreOptions.Schema is '{options.Schema}'. Use lower-case letters, digits and underscores, not a digit first, at most 40 characters: 'outbox'.", nameof(options));
        }

        if (options.Schema.StartsWith("pg_", StringComparison.Ordinal))
        {
            throw new ArgumentException($"PostgresStoreOptions.Schema is '{options.Schema}', but PostgreSQL keeps names that begin with 'pg_' for itself. Use another, such as 'outbox'.", nameof(options));
        }

        if (!Enum.IsDefined(options.SchemaMode))
        {
            throw new ArgumentException($"PostgresStoreOptions.SchemaMode is {(int)options.SchemaMode}. Use SchemaMode.CreateAndMigrate, ValidateOnly or None.", nameof(options));
        }
    }
}
