using Microsoft.Extensions.DependencyInjection;
using Outbox;
using Outbox.EntityFrameworkCore;

// Where Entity Framework Core has its own extensions, so that it is found without another using.
#pragma warning disable IDE0130
namespace Microsoft.EntityFrameworkCore;
#pragma warning restore IDE0130

/// <summary>Connects contexts with the outbox.</summary>
public static class WebhookOutboxDbContextOptionsExtensions
{
    /// <summary>
    /// Connects the context type with the outbox, wherever its options are built by <c>AddDbContext</c>, <c>AddDbContextPool</c> or
    /// <c>AddDbContextFactory</c>: <c>services.AddWebhookOutbox().UsePostgres(…).WithDbContext&lt;CallsDb&gt;()</c>. The context's database is the outbox's.
    /// </summary>
    /// <typeparam name="TContext">The host's own context; call <c>modelBuilder.AddWebhookOutbox()</c> in its <c>OnModelCreating</c>.</typeparam>
    public static IWebhookOutboxBuilder WithDbContext<TContext>(this IWebhookOutboxBuilder builder)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.ConfigureDbContext<TContext>((services, options) => options.UseWebhookOutbox(services));
        return builder;
    }

    /// <summary>Connects a context whose options are built by hand with the outbox of <paramref name="services"/>.</summary>
    /// <param name="options">The context's options.</param>
    /// <param name="services">The host's services, which have the outbox.</param>
    public static DbContextOptionsBuilder UseWebhookOutbox(this DbContextOptionsBuilder options, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(services);
        return options.AddInterceptors(new WebhookSaving(services));
    }
}
