using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Outbox.ProviderContract;

/// <summary>A transaction of the host's own, in which it writes its row and enqueues.</summary>
public sealed class CallerTransaction(DbConnection connection, DbTransaction transaction) : IAsyncDisposable
{
    /// <summary>The transaction, to be handed to the store.</summary>
    public DbTransaction Transaction { get; } = transaction;

    /// <summary>Writes a row of the host's own.</summary>
    public ValueTask InsertCallAsync(string id) => connection.RunAsync($"insert into calls (id) values ('{id}')", Transaction);

    /// <summary>Commits.</summary>
    public Task CommitAsync() => Transaction.CommitAsync();

    /// <summary>Rolls back.</summary>
    public Task RollbackAsync() => Transaction.RollbackAsync();

    /// <summary>Rolls back what is not committed and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await Transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}

internal static class ConnectionExtensions
{
    [SuppressMessage("Security", "CA2100:Review SQL queries for security vulnerabilities", Justification = "The cases' own constants, and the store's script.")]
    public static async ValueTask RunAsync(this DbConnection connection, string sql, DbTransaction? transaction = null)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        await command.ExecuteNonQueryAsync();
    }
}
