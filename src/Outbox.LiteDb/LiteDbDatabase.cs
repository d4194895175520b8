using System.Data.Common;
using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>The file and the clock, which the stores on it share.</summary>
internal sealed class LiteDbDatabase(LiteDbFile file, LiteDbStoreOptions options, TimeProvider clock)
{
    public LiteDbFile File => file;

    public LiteDbStoreOptions Options => options;

    /// <summary>The time by the store's clock, in Unix milliseconds.</summary>
    public long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Does the work in one transaction on one thread.</summary>
    public ValueTask<T> WriteAsync<T>(Func<LiteDbSession, T> work, CancellationToken cancellationToken) => file.TransactAsync(work, cancellationToken);

    /// <summary>Does the work in one transaction of the outbox's own, for the members that may be given another.</summary>
    /// <exception cref="WebhookValidationException">There is one: LiteDB has no <see cref="DbTransaction"/> that it could be.</exception>
    public ValueTask<T> WriteAsync<T>(DbTransaction? transaction, Func<LiteDbSession, T> work, CancellationToken cancellationToken) => transaction is null
        ? file.TransactAsync(work, cancellationToken)
        : throw new WebhookValidationException(
            "transaction",
            $"The transaction is a {transaction.GetType().FullName}, and the outbox is kept in LiteDB, whose transactions belong to a thread and are no DbTransaction. " +
            "Write inside outbox.Transact(db, t => { calls.Insert(call); t.Enqueue(webhookEvent); }).");

    public T Read<T>(Func<LiteDbSession, T> work) => file.Read(work);
}
