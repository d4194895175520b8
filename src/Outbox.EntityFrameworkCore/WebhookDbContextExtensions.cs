using Microsoft.EntityFrameworkCore.Infrastructure;
using Outbox;
using Outbox.EntityFrameworkCore;

// Where Entity Framework Core has its own extensions, so that it is found without another using.
#pragma warning disable IDE0130
namespace Microsoft.EntityFrameworkCore;
#pragma warning restore IDE0130

/// <summary>Webhooks on the host's own context.</summary>
public static class WebhookDbContextExtensions
{
    /// <summary>
    /// Adds an event to what the next <see cref="DbContext.SaveChangesAsync(CancellationToken)"/> stores, in the same transaction. It is sent after the
    /// commit, yours or the save's own; rolled back, nothing was ever there. The data is serialized at the save.
    /// </summary>
    /// <exception cref="InvalidOperationException">The model or the context lacks the outbox; the message says what to call.</exception>
    public static void AddWebhook(this DbContext context, WebhookEvent webhookEvent)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(webhookEvent);
        Add(context, () => webhookEvent);
    }

    /// <summary>
    /// The same for an event about a row whose key, or other values, the database generates. The event is made when the row was written, from a copy that
    /// has them: <c>db.AddWebhook(call, saved => new WebhookEvent("call.started", saved) { Subject = $"{saved.Id}" })</c>.
    /// </summary>
    /// <param name="context">The host's own context.</param>
    /// <param name="entity">An entity of the context.</param>
    /// <param name="webhookEvent">Makes the event from a copy of the entity: its columns, without navigations. Called again where a save is retried.</param>
    /// <exception cref="InvalidOperationException">The model or the context lacks the outbox; the message says what to call.</exception>
    public static void AddWebhook<TEntity>(this DbContext context, TEntity entity, Func<TEntity, WebhookEvent> webhookEvent)
        where TEntity : class
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(entity);
        ArgumentNullException.ThrowIfNull(webhookEvent);

        // Entity Framework gives generated values to the entity itself only after the commit.
        Add(context, () => webhookEvent((TEntity)context.Entry(entity).CurrentValues.ToObject()));
    }

    private static void Add(DbContext context, Func<WebhookEvent> webhookEvent)
    {
        if (context.Model.FindEntityType(typeof(PendingWebhook)) is null)
        {
            throw new InvalidOperationException($"The model of {context.GetType().Name} lacks the outbox. Call modelBuilder.AddWebhookOutbox() in OnModelCreating.");
        }

        var options = context.GetService<IDbContextOptions>();
        if (options.FindExtension<CoreOptionsExtension>()?.Interceptors?.OfType<WebhookSaving>().Any() is not true)
        {
            throw new InvalidOperationException(
                $"{context.GetType().Name} does not know the outbox, so the event would never be stored. Chain .WithDbContext<{context.GetType().Name}>() to AddWebhookOutbox(), "
                + "or call options.UseWebhookOutbox(services) where the context's options are built.");
        }

        // Added first: that generates the key.
        context.Add(new PendingWebhook { Event = webhookEvent }).State = EntityState.Modified;
    }
}
