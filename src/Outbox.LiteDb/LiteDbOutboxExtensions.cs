using System.Runtime.CompilerServices;
using LiteDB;
using Outbox.LiteDb;
using Outbox.Storage;

#pragma warning disable IDE0130 // In the namespace of the IWebhookOutbox that it extends.
namespace Outbox;
#pragma warning restore IDE0130

/// <summary>The door to an outbox that is kept in LiteDB.</summary>
public static class LiteDbOutboxExtensions
{
    /// <summary>
    /// Runs your code in one transaction: <c>outbox.Transact(db, t => { calls.Insert(call); t.Enqueue(webhookEvent); })</c>. When it returns, all
    /// is committed; when it throws, nothing is, and the exception goes on to you.
    /// </summary>
    /// <remarks>
    /// LiteDB binds a transaction to its thread, so your code runs on the calling thread, waits for nothing, and is no async method. All
    /// writers of the process take turns: keep it short. It blocks until it has its turn, at most <see cref="LiteDbStoreOptions.LockTimeout"/>.
    /// </remarks>
    /// <param name="outbox">The outbox, which was registered with <c>UseLiteDb</c>.</param>
    /// <param name="database">The <see cref="ILiteDatabase"/> of the container, in whose collections your code writes.</param>
    /// <param name="work">Your code.</param>
    /// <exception cref="WebhookValidationException">The database is not the outbox's, the thread is in a transaction already, or the code is asynchronous.</exception>
    /// <exception cref="OutboxStoreException">Nothing was stored, for a reason that the message tells: no turn in time, a disk that is full, or a write that failed and whose error your code caught.</exception>
    public static void Transact(this IWebhookOutbox outbox, ILiteDatabase database, Action<LiteDbTransaction> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        RefuseAsync(work);
        Run(outbox, database, transaction =>
        {
            work(transaction);
            return true;
        });
    }

    /// <summary>The same, with a result.</summary>
    /// <param name="outbox">The outbox, which was registered with <c>UseLiteDb</c>.</param>
    /// <param name="database">The <see cref="ILiteDatabase"/> of the container, in whose collections your code writes.</param>
    /// <param name="work">Your code. It returns values, not a query that is still to be read.</param>
    /// <exception cref="WebhookValidationException">The database is not the outbox's, the thread is in a transaction already, or the code is asynchronous.</exception>
    /// <exception cref="OutboxStoreException">Nothing was stored, for a reason that the message tells.</exception>
    public static T Transact<T>(this IWebhookOutbox outbox, ILiteDatabase database, Func<LiteDbTransaction, T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        RefuseAsync(work);
        return Run(outbox, database, work);
    }

    /// <summary>Does not compile: what comes after an await would run on another thread, outside of the transaction.</summary>
    /// <exception cref="WebhookValidationException">Always.</exception>
    [Obsolete("A LiteDB transaction belongs to one thread, so the code inside Transact cannot be asynchronous. Await what you need before it, and do only the writing inside.", error: true)]
    public static void Transact(this IWebhookOutbox outbox, ILiteDatabase database, Func<LiteDbTransaction, Task> work) => throw IsAsync();

    private static T Run<T>(IWebhookOutbox outbox, ILiteDatabase database, Func<LiteDbTransaction, T> work)
    {
        ArgumentNullException.ThrowIfNull(outbox);
        ArgumentNullException.ThrowIfNull(database);
        if (outbox is not IOutboxDoor { Store: LiteDbOutboxStore store } door)
        {
            throw new InvalidOperationException(
                "This outbox is not kept in LiteDB. Register it with AddWebhookOutbox().UseLiteDb(…), or enqueue in a DbTransaction of its database.");
        }

        if ((database as OutboxLiteDatabase)?.File != store.File)
        {
            throw new WebhookValidationException(
                "transaction",
                "This database is not the outbox's. A LiteDB file is opened once: take the ILiteDatabase of the container that UseLiteDb has registered, and open no other on the file.");
        }

        door.Open();
        var endpointsChanged = false;
        var result = store.File.Transact(session =>
        {
            var transaction = new LiteDbTransaction(door, store, session);
            var done = work(transaction);
            endpointsChanged = transaction.EndpointsChanged;
            return done;
        });
        door.Committed(endpointsChanged);
        return result;
    }

    private static void RefuseAsync(Delegate work)
    {
        var method = work.Method;
        if (typeof(Task).IsAssignableFrom(method.ReturnType)
            || method.ReturnType == typeof(ValueTask)
            || method.ReturnType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ValueTask<>)
            || method.IsDefined(typeof(AsyncStateMachineAttribute), inherit: false))
        {
            throw IsAsync();
        }
    }

    private static WebhookValidationException IsAsync() => new(
        "transaction",
        "The code inside Transact is asynchronous. A LiteDB transaction belongs to one thread, and what comes after an await may run on another, outside of it. " +
        "Await what you need before Transact, and do only the writing inside.");
}
