using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Polly;

namespace Outbox.Http.Resilience.Tests;

/// <summary>The code of docs/operating.md about this package, compiled.</summary>
internal static class DocumentedCodeOfHttpResilience
{
    public static void Use(WebApplicationBuilder builder, string connectionString)
    {
        builder.Services.AddWebhookOutbox().UseSqlite(connectionString)
            .UseHttpResilience(attempt => attempt.AddConcurrencyLimiter(permitLimit: 100, queueLimit: 1000))
            .UseHttpResilience(attempt => attempt.AddTimeout(TimeSpan.FromSeconds(5)), perEndpoint: true);
    }
}
