using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Outbox.EntityFrameworkCore;

/// <summary>
/// Stores pending events with SaveChangesAsync. Where the save has a transaction of its own, they are enqueued just before its commit, inside the
/// execution strategy: what is retried enqueues again, in the next transaction. Where the caller has one, they follow the save's own rows in
/// it. A save without rows gets a transaction for them.
/// </summary>
/// <remarks>The outbox is resolved at the first save: contexts are also made where no host runs, by design-time tools.</remarks>
internal sealed class WebhookSaving(IServiceProvider services) : SaveChangesInterceptor, IDbTransactionInterceptor
{
    private readonly ConditionalWeakTable<DbContext, Save> _saves = [];

    private IWebhookOutbox Outbox => services.GetRequiredService<IWebhookOutbox>();

    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result) =>
        Pending(eventData.Context!).Count == 0
            ? result
            : throw new InvalidOperationException("Webhooks are stored asynchronously, and this context has some to store: call SaveChangesAsync instead of SaveChanges.");

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        var context = eventData.Context!;
        var pending = Pending(context);
        if (pending.Count == 0)
        {
            return new(result);
        }

        if (Transaction.Current is not null || context.Database.GetEnlistedTransaction() is not null)
        {
            throw new InvalidOperationException("Webhooks cannot be stored in a TransactionScope. Use context.Database.BeginTransactionAsync().");
        }

        var save = new Save
        {
            Entries = pending,
            InCallersTransaction = context.Database.CurrentTransaction is not null,
            MayBeRetried = context.Database.CreateExecutionStrategy().RetriesOnFailure,
            Behavior = context.Database.AutoTransactionBehavior,
        };
        _saves.AddOrUpdate(context, save);
        context.Database.AutoTransactionBehavior = AutoTransactionBehavior.Always;
        return new(result);
    }

    /// <summary>The save's own transaction is about to be committed; all its rows are written.</summary>
    public async ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is { } context && _saves.TryGetValue(context, out var save) && !save.InCallersTransaction)
        {
            await EnqueueAsync(save, transaction, cancellationToken);
            save.Stored = true;
        }

        return result;
    }

    public override async ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        var context = eventData.Context!;
        if (!_saves.TryGetValue(context, out var save))
        {
            return result;
        }

        Forget(context, save);
        try
        {
            if (save.InCallersTransaction)
            {
                await EnqueueTogetherAsync(save, context.Database.CurrentTransaction!, cancellationToken);
            }
            else if (!save.Stored)
            {
                await EnqueueInOwnTransactionAsync(context, save, cancellationToken);
            }
        }
        catch
        {
            // They were accepted with the other changes, but are not stored: the next save has them again.
            foreach (var entry in save.Entries)
            {
                entry.State = EntityState.Modified;
            }

            throw;
        }

        return result;
    }

    public override Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Forget(eventData.Context!);
        return Task.CompletedTask;
    }

    public override Task SaveChangesCanceledAsync(DbContextEventData eventData, CancellationToken cancellationToken = default)
    {
        Forget(eventData.Context!);
        return Task.CompletedTask;
    }

    private static List<EntityEntry<PendingWebhook>> Pending(DbContext context) =>
        context.Model.FindEntityType(typeof(PendingWebhook)) is null ? []
        : [.. context.ChangeTracker.Entries<PendingWebhook>().Where(entry => entry.State == EntityState.Modified)];

    private void Forget(DbContext context)
    {
        if (_saves.TryGetValue(context, out var save))
        {
            Forget(context, save);
        }
    }

    private void Forget(DbContext context, Save save)
    {
        _saves.Remove(context);
        context.Database.AutoTransactionBehavior = save.Behavior;
    }

    private async Task EnqueueAsync(Save save, DbTransaction transaction, CancellationToken cancellationToken)
    {
        foreach (var entry in save.Entries)
        {
            var webhookEvent = entry.Entity.Event();
            if (save.MayBeRetried && webhookEvent.IdempotencyKey is null)
            {
                // A commit whose answer was lost is tried again although it was made.
                webhookEvent = webhookEvent with { IdempotencyKey = $"save/{entry.Entity.Id:N}" };
            }

            await Outbox.EnqueueAsync(webhookEvent, transaction, cancellationToken);
        }
    }

    /// <summary>All or none: a caller who mends what was refused and saves again in the same transaction must not have the others twice.</summary>
    private async Task EnqueueTogetherAsync(Save save, IDbContextTransaction transaction, CancellationToken cancellationToken)
    {
        const string Savepoint = "outbox_save";
        if (save.Entries.Count == 1)
        {
            await EnqueueAsync(save, transaction.GetDbTransaction(), cancellationToken);
            return;
        }

        await transaction.CreateSavepointAsync(Savepoint, cancellationToken);
        try
        {
            await EnqueueAsync(save, transaction.GetDbTransaction(), cancellationToken);
        }
        catch
        {
            await transaction.RollbackToSavepointAsync(Savepoint, CancellationToken.None);
            throw;
        }

        await transaction.ReleaseSavepointAsync(Savepoint, cancellationToken);
    }

    private Task EnqueueInOwnTransactionAsync(DbContext context, Save save, CancellationToken cancellationToken) =>
        context.Database.CreateExecutionStrategy().ExecuteAsync(
            async token =>
            {
                await using var transaction = await context.Database.BeginTransactionAsync(token);
                await EnqueueAsync(save, transaction.GetDbTransaction(), token);
                await transaction.CommitAsync(token);
            },
            cancellationToken);

    /// <summary>One save that is under way.</summary>
    private sealed class Save
    {
        public required List<EntityEntry<PendingWebhook>> Entries { get; init; }

        public required bool InCallersTransaction { get; init; }

        public required bool MayBeRetried { get; init; }

        public required AutoTransactionBehavior Behavior { get; init; }

        public bool Stored { get; set; }
    }
}
