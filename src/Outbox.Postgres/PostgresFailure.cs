using System.Net.Sockets;
using Npgsql;
using Outbox.Storage;

namespace Outbox.Postgres;

/// <summary>Says what a database error means for the outbox, where there is more to say than the driver does.</summary>
internal static class PostgresFailure
{
    /// <summary>The error in the outbox's words; null where the driver's own exception says it best.</summary>
    public static OutboxStoreException? Explain(Exception exception, PostgresDatabase database) => exception switch
    {
        PostgresException e => Explain(e, database),
        NpgsqlException { InnerException: PostgresException inner } => Explain(inner, database),
        NpgsqlException { InnerException: SocketException or IOException or TimeoutException or EndOfStreamException } e => Away(e, database),
        NpgsqlException { IsTransient: true } e => Away(e, database),
        SocketException or TimeoutException => Away(exception, database),

        // A pooled connection that breaks between its opening and its first command shows as one of its parts disposed of, not as broken.
        ObjectDisposedException e when !e.ObjectName.StartsWith("Npgsql", StringComparison.Ordinal) => Away(e, database),
        _ => null,
    };

    /// <summary>The outbox's tables are not there, or not visible to this role.</summary>
    public static OutboxStoreException TablesMissing(PostgresDatabase database, Exception? inner = null) => new(
        $"The outbox's tables are not in schema '{database.Options.Schema}' of database '{database.Name}'. Run the script of IOutboxStore.SchemaScript as the "
        + "schema's owner, or set PostgresStoreOptions.SchemaMode to CreateAndMigrate. If they are in another schema, name it in PostgresStoreOptions.Schema.",
        inner);

    private static OutboxStoreException? Explain(PostgresException e, PostgresDatabase database) => e.SqlState switch
    {
        PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedFunction => TablesMissing(database, e),
        PostgresErrorCodes.InsufficientPrivilege => new OutboxStoreException(
            $"The role that the outbox connects as may not use schema '{database.Options.Schema}' of database '{database.Name}': {e.MessageText}. Grant it usage on the "
            + "schema and select, insert, update, delete on its tables.",
            e),
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => new OutboxStoreException(
            $"PostgreSQL refuses the login for database '{database.Name}': {e.MessageText}. Correct the user name and password of the connection string.", e),
        PostgresErrorCodes.InvalidCatalogName => new OutboxStoreException(
            $"There is no database '{database.Name}' on the server: {e.MessageText}. Create it, or correct Database in the connection string.", e),
        PostgresErrorCodes.ReadOnlySqlTransaction => new OutboxStoreException(
            $"Database '{database.Name}' is read-only, as a standby is. Connect to the primary; with several hosts in the connection string add 'Target Session Attributes=primary'.",
            e,
            isTransient: true),
        PostgresErrorCodes.TooManyConnections => new OutboxStoreException(
            $"PostgreSQL has no connection left for database '{database.Name}': {e.MessageText}. Raise max_connections, or lower Maximum Pool Size of the hosts.",
            e,
            isTransient: true),
        PostgresErrorCodes.CannotConnectNow => new OutboxStoreException(
            $"PostgreSQL does not take connections to '{database.Name}' yet: {e.MessageText}. It is starting, recovering or stopping.", e, isTransient: true),
        _ when e.IsTransient || IsLoss(e.SqlState) => Away(e, database),
        _ => null,
    };

    // Classes 08 (connection), 53 (resources, a full disk among them) and 57P (shutdown), and a transaction that lost a race.
    private static bool IsLoss(string state) =>
        state.StartsWith("08", StringComparison.Ordinal)
        || state.StartsWith("53", StringComparison.Ordinal)
        || state.StartsWith("57P", StringComparison.Ordinal)
        || state is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected;

    private static OutboxStoreException Away(Exception e, PostgresDatabase database) => new(
        $"PostgreSQL cannot be used for database '{database.Name}' now: {(e as PostgresException)?.MessageText ?? e.Message.TrimEnd('.')}. The dispatcher tries again by itself. "
        + "A call of yours may have been stored or not: repeat it, an enqueue of its own under an IdempotencyKey.",
        e,
        isTransient: true);
}
