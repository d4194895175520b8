using System.Data.Common;

namespace Outbox;

/// <summary>
/// Makes a receiver's work happen once although deliveries come at least once: the delivery's id is recorded in the transaction of that work, so both
/// are there or neither. For SQLite, PostgreSQL, and other databases that know <c>INSERT … ON CONFLICT DO NOTHING</c>.
/// </summary>
/// <example>
/// <code>
/// await using var tx = await connection.BeginTransactionAsync();
/// await inbox.ProcessOnceAsync(received.DeliveryId!, tx, () => StoreCallAsync(call, tx));
/// await tx.CommitAsync();
/// </code>
/// </example>
/// <param name="clock">What tells the time. Null: the system's clock.</param>
public sealed class WebhookInbox(TimeProvider? clock = null)
{
    private const int MaxIdLength = 256;

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    /// <summary>The DDL of the inbox's table, for migrations of your own. It may be run again.</summary>
    public static string SchemaScript => "CREATE TABLE IF NOT EXISTS webhook_inbox (id VARCHAR(256) NOT NULL PRIMARY KEY, received_at BIGINT NOT NULL);";

    /// <summary>Makes the inbox's table where it is missing: once, when the receiver starts.</summary>
    public static async Task CreateTableAsync(DbConnection connection, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        await using var command = connection.CreateCommand();
        command.CommandText = SchemaScript;
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (DbException)
        {
            // PostgreSQL says "duplicate" where another receiver made the table in the same moment; then it is there now.
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Does the work unless the id was recorded before. Concurrent repeats of one id wait for each other's transaction. Committing stays with you:
    /// rolled back, the id is free again. Answer 2xx in both cases.
    /// </summary>
    /// <param name="id">The delivery's id, 1 to 256 characters.</param>
    /// <param name="transaction">Your open transaction, in which the work writes.</param>
    /// <param name="work">The work. What it throws goes through to you: roll back.</param>
    /// <param name="cancellationToken">Stops before the work begins.</param>
    /// <returns>True where the work was done, false where it had been done before.</returns>
    /// <exception cref="WebhookValidationException">The id has no characters or too many, or the transaction is completed.</exception>
    public async Task<bool> ProcessOnceAsync(string id, DbTransaction transaction, Func<Task> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(work);
        if (id.Length is 0 or > MaxIdLength)
        {
            throw new WebhookValidationException("id", $"The id has {id.Length} characters; a delivery's id has 1 to {MaxIdLength}.");
        }

        var connection = transaction.Connection
            ?? throw new WebhookValidationException("transaction", "The transaction is completed. Pass the open transaction that your own work writes in.");
        await using (var command = connection.CreateCommand())
        {
            command.Transaction = transaction;
            command.CommandText = "INSERT INTO webhook_inbox (id, received_at) VALUES (@id, @received_at) ON CONFLICT (id) DO NOTHING";
            Add(command, "@id", id);
            Add(command, "@received_at", _clock.GetUtcNow().ToUnixTimeMilliseconds());
            if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                return false;
            }
        }

        await work();
        return true;
    }

    /// <summary>Forgets ids that were recorded longer ago than the sender may still repeat them: its retry schedule, and its replays.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="olderThan">How long an id is kept: 30 days are ample for every built-in profile's schedule.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>How many were forgotten.</returns>
    public async Task<int> ForgetAsync(DbConnection connection, TimeSpan olderThan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(olderThan, TimeSpan.Zero);
        await using var command = connection.CreateCommand();
        command.CommandText = "DELETE FROM webhook_inbox WHERE received_at < @before";
        Add(command, "@before", (_clock.GetUtcNow() - olderThan).ToUnixTimeMilliseconds());
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }
}
