using Outbox.EntityFrameworkCore;

// Where Entity Framework Core has its own extensions, so that it is found without another using.
#pragma warning disable IDE0130
namespace Microsoft.EntityFrameworkCore;
#pragma warning restore IDE0130

/// <summary>Adds the outbox to a model.</summary>
public static class WebhookOutboxModelBuilderExtensions
{
    /// <summary>
    /// Lets contexts of this model take webhooks (<see cref="WebhookDbContextExtensions.AddWebhook(DbContext, Outbox.WebhookEvent)"/>). Call it in
    /// <c>OnModelCreating</c>. It adds no table: the outbox's tables are made by its store, or by a migration of yours that runs the store's script.
    /// </summary>
    public static ModelBuilder AddWebhookOutbox(this ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.Entity<PendingWebhook>(entity =>
        {
            // Nothing is ever read from it or written to it.
            entity.ToTable("outbox_pending", table => table.ExcludeFromMigrations());
            entity.HasKey(pending => pending.Id);
            entity.Ignore(pending => pending.Event);
        });
        return modelBuilder;
    }
}
