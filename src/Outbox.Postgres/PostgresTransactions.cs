using System.Data;
using System.Data.Common;
using Npgsql;

namespace Outbox.Postgres;

/// <summary>Checks that the transaction a caller passes can hold the outbox's rows.</summary>
internal static class PostgresTransactions
{
    private const string Field = "transaction";

    /// <summary>The caller's transaction with its open connection.</summary>
    /// <exception cref="WebhookValidationException">It is completed, of another provider, or on another database.</exception>
    public static (NpgsqlTransaction Transaction, NpgsqlConnection Connection) Check(DbTransaction transaction, PostgresDatabase database)
    {
        if (transaction is not NpgsqlTransaction ours)
        {
            throw new WebhookValidationException(
                Field,
                $"The transaction is a {transaction.GetType().FullName}, but the outbox is in PostgreSQL. Pass the NpgsqlTransaction that your own rows are written in "
                + "(with Entity Framework: db.Database.CurrentTransaction!.GetDbTransaction()).");
        }

        var connection = ConnectionOf(ours);
        if (connection is null || connection.State is not ConnectionState.Open)
        {
            throw new WebhookValidationException(
                Field, "The transaction is completed or its connection is closed. Enqueue before the commit, in the transaction that writes your own rows.");
        }

        if (!string.Equals(connection.Database, database.Name, StringComparison.Ordinal))
        {
            throw new WebhookValidationException(
                Field,
                $"The transaction is on database '{connection.Database}', but the outbox is in '{database.Name}'. A transaction cannot span both: open it on '{database.Name}', or call "
                + "UsePostgres with the database of your own rows.");
        }

        return (ours, connection);
    }

    private static NpgsqlConnection? ConnectionOf(NpgsqlTransaction transaction)
    {
        try
        {
            // The connection alone does not tell that it is completed; asking for the level throws then.
            _ = transaction.IsolationLevel;
            return transaction.Connection;
        }
        catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException)
        {
            return null;
        }
    }
}
